// Words by which two texts that are about the same ask for something else. English for the most part, and what is short and sure of other
// languages: what is not known here differs as any word does.

const list = (words: string): readonly string[] =>
  words
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");

/** They carry nothing by which two requests differ: who asks, how politely, and the glue between words. */
export const fillers: ReadonlySet<string> = new Set(
  list(`
    a an the this that these those there here it its he she they them him his her their we us our you your i me my mine
    is are am be been being do does doing done has have having had can could would will shall should may might must
    and or of in on at as with about for by so then also too just really very quite bit some any
    what which who whom whose how why where when whats hows
    please thanks thank kindly hi hello hey dear ok okay well
    tell show explain describe give help know want need like wondering wonder question let able way d ll ve m re
    if whether concept term mean means meant meaning define definition works work working step steps calculate compute one
    suggest recommend use used using possible see idea ideas thing things someone somebody people
    bitte danke mir ich du sie wir der die das ein eine einen dem den des ist sind und oder von im zu wie was welche welcher welches
    por favor el la los las un una que es son y o de del en como le les des est sont et ou du dans comment quel quelle quels
  `),
);

/** Where one of them stands, the order of the others says who does what to whom. */
export const directions: ReadonlySet<string> = new Set(
  list(`
    from into onto than over under before after against versus vs by between beyond above below behind toward towards
    instead rather nach aus als vor gegen über unter sur vers avant après contre hacia desde antes contra
  `),
);

/** Ways to begin a request that mean nothing but "how", and such. */
export const openings: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:the |a |an )?(?:best |good |easy |easiest |right |simplest |quickest |proper |nice )?(?:way|ways|method|manner)(?: (?:to|of|for|in which to))?\b/g,
    " ",
  ],
  [/\b(?:how|need|want|like|able|steps|trying|try|going|have|has) (?:to|for)\b/g, " "],
  [/\b(?:in which|in what|which|what) year\b/g, " when "],
  [/\b(?:explain|describe|show|tell) to me\b/g, " "],
  [/\b(?:what|who) (?:is|are) (?:the )?author of\b/g, " who wrote "],
  [/\b(?:at|in|of) (?:which|what|whom)\b/g, " "],
];

/** Of each line the words are taken for the first one. */
const synonyms = `
  create make creating making|exit quit leave leaving|fix repair correct|write compose draft|email mail e-mail|nice good great|picture image photo
  company business firm|tip advice hint|buy purchase|tall height high|far distance|old age|difference differ differs different|big large|start begin
  fast quick quickly rapidly|author wrote|summary summarise summarize summarised|get obtain|choose select pick|error fault|car automobile|film movie|phone telephone
  phone smartphone|doctor physician|usual common typical|cancel cancelling canceling|often frequently|child kid|child children kids|method approach
`;

/** Words by which one says the same. */
export const sameWords: ReadonlyMap<string, string> = new Map(
  synonyms.split(/[|\n]/).flatMap((line) => {
    const words = list(line);
    return words.map((word): [string, string] => [word, words[0] ?? word]);
  }),
);

export const negations: ReadonlySet<string> = new Set(
  list(`
    not no never none nobody nothing neither nor without cannot cant wont dont doesnt didnt isnt arent wasnt werent shouldnt wouldnt couldnt
    hasnt havent hadnt mustnt except unless excluding avoid nicht kein keine keinen keiner nie niemals ohne außer
    pas jamais sans sauf aucun aucune ne nunca sin salvo excepto ningún ninguna non mai senza não sem nunca niet geen nooit zonder
  `),
);

/** When it happens, and for how much of it: of each group the texts must have the same. */
export const groups: Readonly<Record<string, ReadonlySet<string>>> = {
  past: new Set(list("was were did had ago yesterday previously formerly")),
  future: new Set(list("will shall going tomorrow upcoming soon future")),
  all: new Set(
    list(
      "all every each always entire whole everything everyone both alle jeder immer tous toutes toujours todos todas siempre",
    ),
  ),
  some: new Set(list("several few sometimes partly einige manche quelques algunos")),
  most: new Set(
    list("most majority mostly usually maximum max highest largest biggest best longest fastest latest newest"),
  ),
  least: new Set(
    list("least minority rarely seldom minimum min lowest smallest worst shortest slowest oldest earliest"),
  ),
  only: new Set(list("only solely exclusively just nur seulement solo")),
  more: new Set(list("more greater larger bigger higher longer faster better above over exceeding mehr plus más")),
  less: new Set(list("less fewer smaller lower shorter slower worse below under weniger moins menos")),
  first: new Set(list("first earliest initial")),
  last: new Set(list("last final latest")),
  next: new Set(list("next following")),
  previous: new Set(list("previous prior preceding past")),
  before: new Set(list("before until prior vor avant antes")),
  after: new Set(list("after since following nach après después")),
  may: new Set(list("may might allowed optional")),
  must: new Set(list("must required mandatory obliged")),
};

const pairs = `
  enable disable|enable off|disable on|activate off|start shut|stop run|on off|open close|open shut|start stop|begin end|increase decrease|increase reduce|raise lower|add remove|add delete|insert delete
  create delete|create destroy|make destroy|install uninstall|import export|upload download|upgrade downgrade|encrypt decrypt|encode decode
  compress decompress|compress extract|lock unlock|allow deny|allow block|allow forbid|permit forbid|accept reject|accept refuse|approve reject
  buy sell|send receive|push pull|read write|load save|show hide|expand collapse|include exclude|connect disconnect|attach detach|mount unmount
  subscribe unsubscribe|follow unfollow|join leave|join split|merge split|combine separate|login logout|win lose|gain lose|love hate|like dislike
  advantages disadvantages|advantage disadvantage|pros cons|benefits drawbacks|benefits risks|strengths weaknesses|causes effects|cause effect
  hot cold|warm cool|high low|higher lower|large small|larger smaller|big little|big small|long short|longer shorter|tall short|fast slow|faster slower
  early late|earlier later|old new|old young|older younger|older newer|easy hard|easy difficult|simple complex|cheap expensive|rich poor|strong weak
  light dark|light heavy|bright dark|full empty|wet dry|hard soft|thick thin|wide narrow|deep shallow|clean dirty|safe dangerous|legal illegal
  public private|internal external|input output|inner outer|left right|top bottom|up down|upper lower|front back|above below|inside outside|north south
  east west|positive negative|true false|success failure|synchronous asynchronous|sync async|static dynamic|local remote|client server|male female
  mother father|son daughter|husband wife|man woman|men women|boy girl|king queen|host guest|teacher student|employer employee|lender borrower
  summer winter|day night|morning evening|ascending descending|asc desc|maximum minimum|max min|more less|most least|best worst|better worse|first last
  next previous|before after|always never|all none|everything nothing|possible impossible|happy sad|active passive|active inactive|valid invalid
  visible invisible|equal unequal|ancient modern|singular plural|formal informal|vertical horizontal|encrypted unencrypted|paid free|online offline
  horizontal vertical|row column|rows columns|import export|debit credit|profit loss|supply demand|question answer|parent child|source target|source destination
  sunrise sunset|arrival departure|arrive depart|ascend descend|attack defend|borrow lend|build demolish|freeze thaw|freeze melt|grow shrink|hire fire
  improve worsen|inhale exhale|maximise minimise|maximize minimize|remember forget|sharpen blunt|sharpen blur|speed slow|tighten loosen|wake sleep|win lose
  activate deactivate|assemble disassemble|arm disarm|qualify disqualify|appear disappear|agree disagree|obey disobey|tie untie|wrap unwrap|pack unpack
  do undo|redo undo|zip unzip|mute unmute|pause resume|grant revoke|inhibit promote|strengthen weaken|lengthen shorten|widen narrow|heat cool|fill empty
  vegetarian meat|vegan meat|with without|optimistic pessimistic|support oppose|for against|domestic foreign|wholesale retail|temporary permanent
`;

/** Words that stand for the opposite of each other, both ways. */
export const opposites: ReadonlyMap<string, ReadonlySet<string>> = oppositesOf(pairs);

function oppositesOf(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>();
  const note = (one: string, other: string): void => {
    const of = known.get(one) ?? new Set();
    known.set(one, of.add(other));
  };
  for (const pair of text.split(/[|\n]/)) {
    const [one = "", other = ""] = list(pair);
    if (one === "" || other === "") continue;
    note(one, other);
    note(other, one);
  }
  return known;
}

const numerals = list(
  "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
);
const ordinals = list("zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth");
const others =
  "thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000 million=1000000 billion=1000000000 dozen=12 half=0.5 " +
  "quarter=0.25 double=x2 twice=x2 triple=x3 once=x1 single=1 eins=1 zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 " +
  "deux=2 trois=3 quatre=4 cinq=5 sept=7 huit=8 neuf=9 dix=10 dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10";

/** What words stand for that are numbers. */
export const numberWords: ReadonlyMap<string, string> = new Map([
  ...numerals.map((word, at): [string, string] => [word, String(at === 0 ? 0 : at + 1)]),
  ...ordinals.slice(1).map((word, at): [string, string] => [word, `${at + 1}.`]),
  ...list(others).map((one): [string, string] => {
    const [word = "", value = ""] = one.split("=");
    return [word, value];
  }),
]);

const sameUnits = `
  km kilometre kilometres kilometer kilometers|m metre metres meter meters|cm centimetre centimetres centimeter centimeters|mm millimetre millimetres millimeter
  mi mile miles|ft foot feet|inch inches|yd yard yards|kg kilogram kilograms kilo kilos|g gram grams|lb lbs pound pounds|oz ounce ounces|ton tons tonne tonnes
  l litre litres liter liters|ml millilitre millilitres milliliter milliliters|gallon gallons|cup cups|tbsp tablespoon tablespoons|tsp teaspoon teaspoons
  celsius centigrade|fahrenheit|kelvin|s sec secs seconds|min mins minute minutes|h hr hrs hour hours|day days daily|week weeks weekly|month months monthly
  year years yearly annual annually|decade decades|century centuries|ms millisecond milliseconds|byte bytes|kb kilobyte kilobytes|mb megabyte megabytes
  gb gigabyte gigabytes|tb terabyte terabytes|bit bits|usd dollar dollars|eur euro euros|gbp sterling|jpy yen|inr rupee rupees|chf franc francs|cent cents
  percent percentage|watt watts|kw kilowatt kilowatts|kwh|joule joules|calorie calories kcal|volt volts|amp amps ampere amperes|hz hertz|ghz|mhz|acre acres|hectare hectares
`;

/** Units, and how long something takes, each by one of its names. */
export const units: ReadonlyMap<string, string> = new Map(
  sameUnits.split(/[|\n]/).flatMap((same) => {
    const names = list(same);
    return names.map((name): [string, string] => [name, names[0] ?? name]);
  }),
);

/** Days, months and what is counted from today. */
export const dateWords: ReadonlySet<string> = new Set(
  list(`
    january february march april june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun today tomorrow yesterday tonight weekend weekday
    morning afternoon evening night noon midnight spring summer autumn winter fall christmas easter quarterly q1 q2 q3 q4 am pm bc ad bce ce
    montag dienstag mittwoch donnerstag freitag samstag sonntag heute morgen gestern lundi mardi mercredi jeudi vendredi samedi dimanche
    hoy mañana ayer lunes martes miércoles jueves viernes sábado domingo januar februar märz mai juni juli oktober dezember
  `),
);

/** Languages, of people and of machines, countries apart: names that are often written small. */
export const languages: ReadonlySet<string> = new Set(
  list(`
    english german french spanish italian portuguese dutch russian polish turkish arabic hebrew hindi bengali urdu chinese mandarin cantonese japanese korean
    vietnamese thai swedish norwegian danish finnish greek czech hungarian romanian ukrainian latin swahili indonesian persian catalan irish welsh
    deutsch englisch französisch spanisch italienisch anglais allemand français espagnol inglés alemán francés español
    python javascript typescript java kotlin swift rust go golang ruby php perl scala haskell erlang elixir clojure lua julia matlab fortran cobol sql bash
    powershell html css react vue angular svelte django flask rails spring express laravel node deno bun c c++ c# f# r dart zig ocaml
    mysql postgresql postgres sqlite mongodb redis oracle mariadb cassandra windows linux macos ubuntu debian fedora android ios docker kubernetes podman
    aws azure gcp json yaml xml csv toml markdown pdf word excel git svn mercurial npm yarn pnpm pip conda maven gradle
  `),
);
