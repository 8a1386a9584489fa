"""The words by which a report is heard to be urgent: one table a language.

Every table is tried on every message, because people mix languages and chat clients lie about them. Entries are
separated by commas and mean:

    arrest            a word that begins so: arrested, arrests
    cell!             exactly this word: not cellphone
    sent/send back    one of the two, then a word that begins with "back"
    took … him        at most three words may stand between

In Chinese an entry is found anywhere, since nothing separates the words. Entries are written as people spell them;
tables and messages are folded alike (`cases.urgency`), so an entry also catches the spelling without diacritics or
from the wrong keyboard.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What one language says of each signal."""

    custody: str
    removal: str
    hearing_or_paper: str
    fear: str
    today: str
    somebody: str


# English: also the language of people who have no better one in common with us; short, simple verbs come first.
ENGLISH = Words(
    custody="""
        arrest, detain, detention, custody, jail, gaol, prison, imprison, incarcerat, cell!, behind bars,
        handcuff, cuffed, captur, caught, nicked, busted, nabbed, hauled, drag, pulled off/out,
        got him/her/them, inside since/for, seize, seizing, grab, kidnap, abduct, snatch, taken!, arest,
        detent, they took, took/taking … him/her/them/us!/me!/my/our/away/people, take/takes … away,
        led/dragg/driv/drove … away, pick/picked … up!, round/rounded up!,
        lock/locks/locked/locking … up!/in!/away, locked, held!,
        hold/holds/holding/keep/keeps/keeping/kept … him/her/them/us!/me!/my/our,
        holding/detaining room/centre/center/cell/facility, isolation, isolator, pre trial, pretrial,
        remand, guards, security committee, pack … things/bag, told … to pack, internment,
        concentration camp, sent to camp, police, policem, cops, officer, soldiers, uniform, plain clothes,
        masked men/people, men came/come, in … van!, watching, immigration … has/have/had/got/took,
        they are/re here, theyre here, not/wont/refuse release, took/taken … passport, security service, raid,
        search … house/home/flat/apartment, surround, knock, bang!, banging, at the/my/our/his/her door,
        break/breaking/broke … door/in!, came for, stuck in, at/on … border,
        at … airport/checkpoint/frontier/customs, border guard, transit, passport control,
        stopped … border/airport/control, stuck/stranded … airport/border/transit, denied/refused entry,
        not/dont/wont/wouldnt/didnt/doesnt/never let/letting/allow, interrogat, questioning, questioned,
        missing, disappear, vanish, lost contact, no contact/news/word/trace, not/isnt/doesnt answer/reply,
        not/isnt/doesnt/havent/hasnt/cant/cannot/cant heard/hear/reach, unreachable, whereabout,
        phone … off!, where … he/she/they is/are/taken, nobody/noone know,
        never/didnt/hasnt … come/came/return, not … come/came home, not … returned
        """,
    removal="""
        deport, extradit, expel, expuls, refoul, removal, forced/forcibl return, forcibl, repatriat,
        sent/send/sends/sending … back, sent/send/sends/sending … home, be/been/being/get/are returned,
        return/returning … him/her/them/us!, return paper/papers/form/forms/document, sign … return,
        hand/hands/handed/handing/turn/turned … over, hand/hands/handed/handing him/her/them/us!,
        to be sent, be sent home, go home by, handover, surrender, put/puts/putting … on … plane/flight/bus,
        plane!, planes!, flown, fly/flying … out!/him/her/them/us!,
        flight … leave/leaves/home/back/today/tonight/book, they leave/leaving,
        leave/leaving/leaves today/tonight/at, convoy, lorr, truck, trucks, interpol, red notice,
        wanted list
        """,
    hearing_or_paper="""
        court, hearing, trial, judge, tribunal, appeal, summon, subpoena, verdict, ruling, sentence, paper,
        letter, notice, refused, rejected, denied, protocol, migration service
        """,
    fear="""
        afraid, scared, fear, frighten, terrif, threat, unsafe, danger, not/dont … safe, persecut, worried,
        in hiding
        """,
    today="""
        now!, today, tonight, tomorrow, this morning/afternoon/evening/night, immediat, in … hour/minute
        """,
    somebody="""
        he!, him!, his!, she!, her!, brother, bro!, sister, husband, wife, son!, daughter, father, mother,
        dad!, mom!, mum!, uncle, aunt, cousin, nephew, niece, friend, relative, neighbour, neighbor, child,
        children, kid!, kids!, parents
        """,
)
# Russian: the second language of most people who write; also typed in Latin letters from a phone without Cyrillic.
RUSSIAN = Words(
    custody="""
        арест, арист, задерж, зодерж, задерш, забрал, забира, заберут, увез, увоз, увод, увел!, увела!,
        увели!, взяли, схват, скрут, крутят, вяжут, заталкив, затолка, тащат, собирать/собирай вещи,
        повязали, повязал!, заломал, вломил, упаковали, приняли, сняли с поезда/рейса/автобуса/самолета,
        пойма, похит, посадил, удержив, держат, держит, сидит, сижу, сидим, сидят, закрыли, заперли, запер,
        наручник, тюрьм, тюрем, сизо!, ивс!, кпз!, мусор!, мусора!, в форме, в штатском, в масках,
        люди/мужчины/двое в, изолятор, спецприемник, приемник, камера!, камере!, камеру!, автозак,
        обезьянник, застенк, суток!, под страж, под арест, лагер, концлаг, полици, полицей, милиц, мент!,
        менты!, ментов!, омон!, кнб!, фсб!, снб!, мвд!, в отдел!/отделе!/отделени, силовик, спецслужб,
        конво, этапом!, этапир, обыск, ворва, врыва, ломят, ломит, стуч, за/под дверью/дверями, окруж,
        пришли за, приехали за, штурм, на границ, погран, тормознули, остановили, в аэропорт, в транзит,
        транзит, паспортн контрол, не пуска/пропуска/впуска/выпуска/отпуска/пустили/пропустили, допрос,
        допраш, пропал, пропав, исчез, не выходит … связ, нет связи, связи нет, связь оборвал/прерва/пропа,
        не … отвечает!/отвечают!, дозвон, без вести, телефон … выключ/недоступ/отключ, не верну,
        не пришел/пришла/пришли/вернулся/вернулась домой, паспорт … забрал/отобрал/не отда, вестей нет,
        нет вестей/новостей/известий, где он/она/они сейчас, не знаем/знаю … где, zaderzh, zaderj, arestov,
        zabral, uvezl, posadil, polici, policiy, politsi, milici, militsi, tyurm, turme, propal, na granic
        """,
    removal="""
        депорт, экстрад, выдвор, высыл, высла, вышлют, вышлет!, о/на выдач,
        выдать/выдают/выдадут/выдали … его/ее/их/нас/меня/меня, его/ее/их/нас/меня … выдать/выдадут/выдают,
        отправ/отправляют/шлют/отсыла … обратно/назад/родин/домой/китай/узбек/россию/таджик/иран,
        обратно/назад … отправ, возвращают, возвратят, вернут!, на возвращ, возвращении, передают,
        передадут, передача, передать/передали/переда … китай/властям/узбек/росси/консул/посоль, самолет,
        рейс, везут, повезл, вывоз, вывез, колонн, грузовик, интерпол, розыск, принудительн, этапир, deport,
        ekstrad, vydvor
        """,
    hearing_or_paper="""
        суд!, суда!, суде!, суду!, судом!, суды!, судья, судьи, судеб, судят, заседани, слушани, повестк,
        постановл, решени, отказ, апелляц, жалоб, обжал, протокол, бумаг, штраф, приговор, миграцион, вызов,
        вызвал, вызыва, sud!, povestk
        """,
    fear="""
        боюсь, боим, боит, страш, опаса, опасн, угрож, угроз, пуга, преслед, прячусь, прячем, слежк, следят
        """,
    today="сейчас, сегодня, завтра, срочн, немедл, через … час/минут",
    somebody="""
        он!, она!, его!, ему!, нему!, нем!, ее!, ей!, них!, брат, сестр, муж!, мужа!, мужу!, мужем!, жена!,
        жену!, жены!, жене!, сын!, сына!, сыну!, дочь, дочк, дочер, отец, отца, отцу, папа!, папу!, папы!,
        мама!, маму!, мамы!, мать, матер, дядя, дяд, тетя, тет, племян, друг!, друга!, другу!, подруг,
        знаком, сосед, родствен, ребен, родител, парень, парня
        """,
)
# Kazakh in Cyrillic, and in the Latin letters people make up as they type. "Устал" is Russian for tired: the stems of
# ұстау are kept long enough to tell it apart once қ, ұ, ғ, і have become к, у, г, и.
KAZAKH = Words(
    custody="""
        ұстады, ұстап, ұсталды, ұсталып, ұсталған, ұстаған, ұстат, ұстау, ұстамақ, алып/ап кет, алып барды,
        әкет, қолға түс, көлікке/машинаға сал/отырғыз, форма киген, маска киген, содан бері, апарды, апарып,
        қамады, қамап, қамау, қамалды, қамалып, қамалған, қамақ, қаматты, қамайды, тұтқын, түрме, абақты,
        жапты, отырғыз, полици, сақшы, кісен, тінту, тінтіп, тергеу, жауап алып, жауапқа, ұрып, сүйре,
        тәулік, лагер, изолятор, есік … қағ/соғ/тұр, басып кір, қоршап, шекарада, шекара бекет, шекарашы,
        тоқтатты, тоқтатып, әуежайда, аэропортта, транзит, өткізбе, кіргізбе, жібермей, шығармай, жоғал,
        із түзсіз, хабар жоқ, хабар/хабары … жоқ/алмай/болмай, хабарсыз, байланыс жоқ/үзіл,
        телефон … өш/алмай/жауап, жауап бермей, хабарласа алмай, үйге келме/жетпе/оралма, қайтып келме,
        қайтпады, оралмад, оралмай, інімді, ағамды, әкемді, көкемді, анамды, шешемді, апамды, әпкемді,
        қарындасымды, сіңлімді, күйеуімді, жұбайымды, әйелімді, келіншегімді, жолдасымды, досымды, туысымды,
        бауырымды, ұлымды, көршімді, жігітті, баланы, ustap, ustady, ustadi, ustald, alyp ket, alip ket,
        qamap, qamau, qamad, qamald, kamap, kamau, kamad, tutqyn, turme, shekarada, joghal, jogal, zhogal,
        saqshy
        """,
    removal="""
        депорт, экстрад, қайтар, шығарып жібер, елден шығар, елден қу, қуып жібер, қуып шық, қуып жатыр,
        тапсырып жібер, тапсырып жатыр, тапсырмақ, тапсырады, тапсырғалы, елшілігіне/консулдығына тапсыр,
        өткізіп жібер/бер, қытайға/өзбек/ресей … бер/тапсыр/жібер/апар/қайтар/әкет, жібереді, жібермек,
        жібергелі, жіберіп жатыр/қой, жіберейін, ұшақ, рейс, жүк көлік, колонна, іздеу жариял, іздеуде,
        интерпол, qaitar, qaytar, kaitar, kaytar, jiberedi, zhiberedi
        """,
    hearing_or_paper="""
        сот!, сотқа, сотта, соты!, соттың, соттал, соттайды, шақырту, сотқа шақыр, қағаз, хаттама, үкім,
        қаулы, шешім, айыппұл, бас тарт, апелляция, шағым
        """,
    fear="қорқ, қорық, қауіп, үрей, қоқан, қысым, аңды, бақылап",
    today="бүгін, қазір, ертең, шұғыл, осы түн, bugin, qazir, kazir, erten",
    somebody="""
        інім, ағам, әкем, көкем, анам, шешем, апам, әпкем, қарындасым, сіңлім, күйеуім, әйелім, келіншегім,
        жұбайым, жолдасым, досым, туысым, бауырым, ағайын, ұлым, қызым, балам, көршім, жездем, нағашым,
        оны!, оның, олар
        """,
)
# Kazakh in Arabic script, as written by people from Xinjiang. ا and ء may be missing or doubled: hamzas are dropped.
KAZAKH_ARABIC = Words(
    custody="""
        ۇستادى, ۇستاپ, ۇستالدى, ۇستالىپ, ۇستاعان, ۇستاۋ, الىپ/اپ كەت, الىپ باردى, اكەت, اپاردى, اپارىپ,
        قاماپ, قامادى, قاماۋ, قاماق, قامالدى, قامالىپ, تۇتقىن, تۇرمە, اباقتى, جاپتى, ساقشى, پوليتسي,
        پوليتسە, كىسەن, سۇيرە, لاگەر, تەرگەۋ, ەسىك … قاع/سوق, شەكارادا, اۋەجايدا, ايرودرومدا, وتكىزبە,
        كىرگىزبە, جىبەرمەي, جوعال, حابار جوق, حابار/حابارى … جوق, حابارسىز, بايلانىس جوق, تەلەفون … وش,
        جاۋاپ بەرمەي, ۇيگە كەلمە, قايتپادى, ورالما, سودان بەرى, كولىككە سال/وتىرعىز, فورما كيگەن, توقتاتتى,
        ىنىمدى, اعامدى, اكەمدى, كوكەمدى, انامدى, شەشەمدى, اپكەمدى, قارىنداسىمدى, سىڭلىمدى, كۇيەۋىمدى,
        ايەلىمدى, جولداسىمدى, دوسىمدى, تۋىسىمدى, باۋىرىمدى, ۇلىمدى
        """,
    removal="""
        دەپورت, ەكستراد, قايتار, شىعارىپ جىبەر, قۋىپ, تاپسىرىپ, تاپسىرادى, وتكىزىپ جىبەر/بەر, جىبەرەدى,
        جىبەرمەك, جىبەرگەلى, جىبەرىپ, قىتايعا … بەر/تاپسىر/جىبەر/اپار, ۇشاق
        """,
    hearing_or_paper="سوت!, سوتقا, سوتتا, سوتى, شاقىرتۋ, شاقىردى, قاعاز, ۇكىم, شەشىم, حاتتاما",
    fear="قورق, قورىق, قاۋىپ, ۇرەي",
    today="بۇگىن, قازىر, ەرتەڭ",
    somebody="""
        ىنىم, اعام, اكەم, كوكەم, انام, شەشەم, اپام, اپكەم, قارىنداسىم, سىڭلىم, كۇيەۋىم, ايەلىم, جولداسىم,
        دوسىم, تۋىسىم, باۋىرىم, ۇلىم, قىزىم, بالام, ونى!, ونىڭ, ولار
        """,
)
# Uyghur: Arabic script first, then the Latin and Cyrillic spellings used on phones and in Almaty.
UYGHUR = Words(
    custody="""
        تۇتۇپ, تۇتتى, تۇتۇل, تۇتقان, تۇتقۇن, تۇتۇۋ, تۇتۇش, ئاپىرى, ئەكىرىپ, قولغا ئال/ئاپ/ئېل/چۈش,
        ئېلىپ كەت/ماڭ/بار, ئەكەت, ئەپ كەت, ئاپار, ئاپىرىپ, سولاپ, سولىۋ, سولان, سولىدى, سولاق, قاماپ, قاماق,
        قامال, قامىدى, قامىۋ, قامىلىپ, قامىلدى, تۈرمە, تۈرمى, ساقچى, پولىس, لاگېر, تەربىيەلەش مەركىز,
        يىغىۋال, باغلاپ, سوراق قىل, سوراققا ئال/تارت/ئېلىپ/چاقىر, باستۇرۇپ, ئىشىك … قاق/چەك, چېگرادا,
        چېگرىدا, ئايرودرومدا, ئايروپورتتا, ئايرودرومىدا, كىرگۈزمە, كىرگۈزمى, ئۆتكۈزمە, ئۆتكۈزمى,
        قويۇپ بەرمە, يوقاپ, يوقىلىپ, يوقالدى, يۈتۈپ, خەۋەر/خەۋىرى/ئۇچۇر/ئۇچۇرى … يوق, چىقمىدى,
        ماشىنىغا سال/چىقار/بېس, ساقچى كىيىم, خەۋەرسىز, ئالاقە … ئۈزۈل/يوق, تېلېفون … ئېتىك/ئالماي,
        جاۋاب بەرمە, ئۆيگە كەلمى, قايتىپ كەلمى, ئاكامنى, ئىنىمنى, ئۇكامنى, دادامنى, ئاپامنى, ئانامنى,
        ئاچامنى, ھەدەمنى, سىڭلىمنى, ئايالىمنى, يولدىشىمنى, ئېرىمنى, ئوغلۇمنى, قىزىمنى, دوستۇمنى, تۇغقىنىمنى,
        akamni, inimni, ukamni, dadamni, apamni, achamni, singlimni, ayalimni, yoldishimni, oghlumni,
        dostumni, акамни, инимни, укамни, дадамни, апамни, аялимни, йолдишимни, оғлумни, достумни, tutuw,
        tutiw, tutup, tutqun, tutuldi, qolgha al, elip ket, elip mang, solap, solawal, qamap, qamaq, saqchi,
        chegrada, chegirada, yoqap, yoqilip, xewer/xewiri/xeweri yoq, lager, тутуп, тутулди, тутқун,
        қолға ал, елип кәт, елип маң, солап, соливал, қамап, сақчи, түрмә, чегарида, чегра, йоқап, йоқилип,
        хәвәр/хәвири йоқ
        """,
    removal="""
        قايتۇر, ياندۇر, دېپورت, تاپشۇرۇپ بەر/بېر, تاپشۇرما, ئۆتكۈزۈپ بەر/بېر, قوغلاپ, قوغلان, چىقىرىۋەت,
        چىقىرىپ تاشلا, قوغلاپ چىقىر, خىتايغا/ۋەتەنگە … بەر/بېر/ئەۋەت/يولا, ئايروپىلان, qaytur, qaytar,
        tapshurup, қайтур, тапшуруп
        """,
    hearing_or_paper="""
        سوت!, سوتقا, سوتتا, سوتى, سوتلا, ئۇقتۇرۇش, قەغەز, چاقىرىق, ھۆكۈم, رەت قىل, sot!, сот!
        """,
    fear="قورق, قورقۇ, خەۋپ, خەتەر, تەھدىت, ئەنسىرە, qorq, қорқ",
    today="بۈگۈن, ھازىر, ئەتە!, bügün, hazir, ete!, бүгүн, һазир",
    somebody="""
        ئاكام, ئىنىم, ئۇكام, دادام, ئاپام, ئانام, ئاچام, ھەدەم, سىڭلىم, ئايالىم, يولدىشىم, ئېرىم, ئوغلۇم,
        قىزىم, بالام, دوستۇم, تۇغقىنىم, ئۇنى!, ئۇنىڭ, ئۇلار, akam, inim, ukam, dadam, apam, acham, singlim,
        ayalim, yoldishim, oghlum, dostum
        """,
)
# Chinese, simplified and traditional; found anywhere in the message.
CHINESE = Words(
    custody="""
        抓, 捕, 拘, 逮, 扣留, 扣押, 被扣, 扣住, 扣下, 扣在, 关押, 關押, 羁押, 羈押, 在押, 收押, 被关, 被關,
        关进, 關進, 关在, 關在, 带走, 帶走, 带去, 帶去, 带到, 帶到, 监狱, 監獄, 坐牢, 看守所, 派出所, 警,
        公安, 国保, 國保, 国安, 國安, 集中营, 集中營, 学习班, 學習班, 再教育, 教培, 手铐, 手銬, 敲门, 敲門,
        砸门, 砸門, 在门口, 在門口, 搜查, 抄家, 审讯, 審訊, 审问, 審問, 传唤, 傳喚, 失踪, 失蹤, 失联, 失聯,
        联系不上, 聯繫不上, 聯絡不上, 联络不上, 没有消息, 沒有消息, 没消息, 沒消息, 音讯, 音訊, 找不到人,
        下落, 不见了, 不見了, 人不见, 人不見, 便衣, 喝茶, 没回来, 沒回來, 没有回来, 沒有回來, 进去了,
        進去了, 被困, 被控制, 控制了, 拦下, 攔下, 拉上车, 拉上車, 拉走, 叫走, 带上车, 帶上車, 绑架, 綁架,
        没回家, 沒回家, 关机, 關機, 边境, 邊境, 边防, 邊防, 口岸, 海关, 海關, 机场, 機場, 不让入境,
        不讓入境, 拒绝入境, 拒絕入境, 不让走, 不讓走, 不放人, 转机, 轉機
        """,
    removal="""
        遣返, 遣送, 驱逐, 驅逐, 引渡, 送回, 送走, 弄回, 抓回, 带回, 帶回, 押送, 押回, 押解, 离境, 離境,
        移交, 交给中, 交給中, 交给大使, 交给他们, 交給他們, 递解, 遞解, 强制回国, 強制回國, 强制送, 上飞机,
        上飛機, 通缉, 通緝
        """,
    hearing_or_paper="""
        法院, 法庭, 开庭, 開庭, 传票, 傳票, 庭审, 庭審, 判决, 判決, 上诉, 上訴, 法官, 听证, 聽證, 文件,
        通知书, 通知書, 拒绝了, 拒絕了
        """,
    fear="怕, 恐, 危险, 危險, 不敢, 担心, 擔心, 威胁, 威脅, 跟踪, 跟蹤",
    today="今天, 今晚, 今日, 现在, 現在, 马上, 馬上, 立刻, 正在, 明天, 明早",
    somebody="""
        他, 她, 哥, 弟, 姐, 妹, 丈夫, 老公, 老婆, 妻, 爸, 妈, 媽, 父, 母, 儿子, 兒子, 女儿, 女兒, 孩子,
        朋友, 亲戚, 親戚, 叔, 舅, 邻居, 鄰居
        """,
)
# Turkish: relatives in Turkey, and people held in its removal centres.
TURKISH = Words(
    custody="""
        gözaltı, göz altı, idari gözetim, gözetim altı, tutuk, tutuyor, tuttu, tutul, alıkoy, yakala, hapis, hapse,
        cezaevi, kelepçe, polis, jandarma, karakol, nezaret, sivil, ggm, üniforma, aldılar, almışlar, apar topar,
        bindir, eve gelmedi/dönmedi, abimi, ağabeyimi, kardeşimi, eşimi, kocamı, karımı, babamı, annemi, ablamı,
        oğlumu, kızımı, arkadaşımı, akrabamı, alıp/aldı götür, götürdü, götürül, götürüyor, kaçır, kayıp,
        kayboldu, haber alam, haber yok/alın, ulaşam, baskın, bastı, kapıda, kapıya, sınırda, havaliman,
        havaalan, sorgu, geri gönderme merkez, kampta, bırakmıyor, içeri almıyor
        """,
    removal="""
        sınır dışı, sınırdışı, deport, geri gönder, geri yolla, iade ed, iadesi, teslim ed, interpol,
        aranıyor, uçağa, uçakla
        """,
    hearing_or_paper="mahkeme, duruşma, celp, tebligat, karar, itiraz, hakim, savcı, kağıt",
    fear="kork, tehlike, tehdit, endişe",
    today="bugün, şimdi, yarın, bu gece/akşam/sabah, şu an",
    somebody="""
        abim, ağabeyim, kardeş, eşim, kocam, karım, babam, annem, ablam, oğlum, kızım, arkadaş, akraba,
        yeğen, amcam, dayım, onu!, ona!
        """,
)
# Uzbek, in Latin and Cyrillic.
UZBEK = Words(
    custody="""
        hibs, qamoq, qamad, qamal, qamash, qamab, qamat, ushla, olib/opp ket, olib borish, turma, militsi,
        politsi, mirshab, kishan, tergov, chegarada, aeroportda, oʻtkazma, kiritma, qoʻyib yubormay, yoʻqol,
        vaqtinchalik saqla, xabar/aloqa yoʻq, xabari/aloqasi yoʻq, tintuv, qoʻlga ol, izolyator, qaytib kelma, qaytmadi,
        chaqirib, dxx, iib, tutish, tutib, tutdi, formali, uyga kelma/qaytma, akamni, ukamni, opamni,
        singlimni, erimni, xotinimni, otamni, dadamni, onamni, oʻgʻlimni, qizimni, doʻstimni, акамни,
        укамни, эримни, опамни, синглимни, отамни, дадамни, онамни, ўғлимни, қизимни, хотинимни, дўстимни, тутиш, тутиб,
        уйга келма, ҳибс, қамоқ, қамад, қамал, қамаш, қамаб, ушла, олиб кет, турма, мелис, терг, чегарада,
        аэропортда, ўтказма, киритма, йўқол, хабар/алоқа/хабари йўқ, қўлга ол
        """,
    removal="""
        deport, ekstradi, qaytarib, qaytarish, qaytarmoq, chiqarib yubor, topshirib yubor, berib yubor,
        samolyot, qidiruvda, қидирувда, экстради, қайтариб, қайтариш, чиқариб юбор, топшириб юбор
        """,
    hearing_or_paper="""
        sud!, sudga, sudda, sudi, chaqiruv, qaror, qogʻoz, shikoyat, судга, судда, чақирув, қарор
        """,
    fear="qoʻrq, xavf, tahdid, қўрқ, хавф, таҳдид",
    today="bugun, hozir, ertaga, shu kecha, бугун, ҳозир, эртага",
    somebody="""
        akam, ukam, opam, singlim, erim, xotinim, otam, dadam, onam, oʻgʻlim, qizim, doʻstim, amakim,
        togʻam, jiyanim, uni!, ular, акам, укам, опам, эрим, отам, дадам, онам, ўғлим, дўстим
        """,
)
SPACED = (ENGLISH, RUSSIAN, KAZAKH, KAZAKH_ARABIC, UYGHUR, TURKISH, UZBEK)
