"""The operator's commands, one module a family. Exit status: 0 fine, 1 a fault was found, 2 wrong use."""
