"""A mail server that takes everything, in a process of its own: as much of SMTP as a client of ours speaks.

``python -m benchmarks.mail_stub``. It prints its port and keeps nothing.
"""

from __future__ import annotations

import asyncio

ANSWERS = {
    b"EHLO": b"250-bench\r\n250 8BITMIME\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
END = b"\r\n.\r\n"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Talk to one client until it leaves."""
    writer.write(b"220 bench\r\n")
    try:
        while line := await reader.readline():
            command = line[:4].upper()
            writer.write(ANSWERS.get(command, b"250 fine\r\n"))
            if command == b"DATA":
                await reader.readuntil(END)
                writer.write(b"250 kept\r\n")
            if command == b"QUIT":
                break
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass  # it hung up
    finally:
        writer.close()


async def main() -> None:
    """Serve on a free port until killed."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  how whoever started it learns where it is
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
