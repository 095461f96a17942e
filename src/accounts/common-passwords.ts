/**
 * True when the password is among the commonest, or one of them dressed up: other case, look-alike signs ("p@ssw0rd"),
 * digits and signs at its ends ("Welcome2026!"), one sign repeated, a run along the alphabet or the keyboard.
 */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase();
  if (new Set(lower).size <= DISTINCT_SIGNS_MIN || isRun(lower)) return true;
  const trimmed = lower.replace(/^[^a-z@$]+|[^a-z]+$/g, '');
  const candidates = [lower, trimmed, toLetters(lower), toLetters(trimmed), toLetters(lower.replace(/[\d\W_]+$/, ''))];
  return candidates.some((candidate) => COMMON.has(candidate) || COMMON.has(toHalf(candidate)));
}

/** Passwords of fewer different signs than this, such as "aaaabbbb", are refused. */
const DISTINCT_SIGNS_MIN = 2;

const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn',
  '1q2w3e4r5t6y7u8i9o0p',
  'qazwsxedcrfvtgbyhnujm',
];

function isRun(text: string): boolean {
  return RUNS.some((run) => {
    const doubled = run + run;
    return doubled.includes(text) || [...doubled].reverse().join('').includes(text);
  });
}

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

function toLetters(text: string): string {
  return text.replace(/[@431!0$57]/g, (sign) => LOOK_ALIKES[sign] ?? sign);
}

/** "passpass" → "pass": a common word said twice is no better. */
function toHalf(text: string): string {
  const half = text.slice(0, text.length / 2);
  return half.length >= 3 && half + half === text ? half : text;
}

/** Words and phrases at the head of every published list of leaked passwords, in lower case. */
const COMMON: ReadonlySet<string> = new Set(
  `password passwort passwords passw0rd pass passe motdepasse contrasena senha parola parool wachtwoord haslo heslo
  qwerty qwertz azerty qwertyui qwertyuiop qwerty123 asdf asdfasdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc
  1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx q1w2e3r4 q1w2e3r4t5 a1b2c3d4 a1s2d3f4 abc abcd abcdef abcdefg abc123 abcd1234 1234qwer qwer1234 asdf1234
  123456 12345678 123456789 1234567890 11111111 00000000 12341234 87654321 11223344 12344321 123123123 147258369 123654789 741852963 31415926 19841984 20202020
  welcome welcome1 letmein letmein1 letmein123 login admin admin123 administrator adminadmin root rootroot toor user username guest test tester testtest testing test123 test1234 demo default changeme change changeit secret secret123 topsecret mysecret access system server master superman supervisor
  iloveyou iloveu ilove iloveyou1 loveyou lovely loveme lover forever princess princesa angel angels sunshine flower butterfly sweetheart sweety babygirl baby honey darling teamo tequiero jetaime
  monkey dragon tiger lion eagle falcon phoenix shadow hunter ranger killer ninja samurai pirate wizard warrior knight viking spartan gladiator
  football baseball basketball soccer hockey tennis golf cricket rugby liverpool arsenal chelsea barcelona realmadrid juventus manchester yankees lakers cowboys steelers packers
  michael michelle jennifer jessica ashley amanda daniel andrew anthony joshua matthew robert william thomas jordan charlie george nicole natasha samantha elizabeth alexander alexandra christopher benjamin jonathan brandon justin patrick richard stephanie victoria sebastian maximilian
  starwars starwars1 batman spiderman ironman superman1 pokemon pikachu naruto minecraft fortnite roblox matrix matrix1 gandalf mordor frodo hobbit harrypotter hogwarts kenobi yoda trustno trustno1
  computer internet samsung google facebook linkedin twitter instagram youtube amazon microsoft windows apple iphone android nokia cisco oracle adobe dropbox mailtracker email webmail outlook gmail hotmail yahoo
  summer winter spring autumn january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday
  whatever nothing something anything everything hello hellohello hello123 helloworld hallo halloween goodbye freedom success money family friend friends mother father brother sister jesus christ jesuschrist blessed godisgood heaven
  chocolate cookie banana orange cherry pepper ginger cheese pizza coffee vanilla strawberry blueberry pumpkin peanut
  london paris berlin madrid america canada australia england ireland scotland brasil mexico newyork california texas chicago boston florida
  mustang ferrari porsche mercedes corvette camaro harley yamaha suzuki kawasaki ducati toyota honda
  corvette1 letmeinnow opensesame sesame security safety private personal company business office manager sales marketing support temporary temp temp1234 newpassword oldpassword mypassword yourpassword thepassword passpass password1 password12 password123 password1234 p4ssword pa55word pa55w0rd passord
  snoopy garfield mickey mickeymouse donald bugsbunny tigger scooby bandit buster bailey maggie buddy rocky lucky lucky777 max maxmax cooper
  blink182 metallica nirvana slipknot eminem beatles rockstar guitar music musica michaeljackson
  jordan23 michael1 charlie1 ncc1701 ncc1701d thx1138 rush2112 bond007 jamesbond jamesbond007 qwerty1 qwerty12 monkey1 dragon1 shadow1 master1 football1 baseball1 princess1 sunshine1 superman123 batman123 iloveyou2 f00tball
  mexico1 blahblah blah asshole fuckyou fuckoff fuckme bitch bullshit pussy sexy sexsex sexysexy
  correcthorsebatterystaple thisisapassword thisismypassword ihatepasswords donttellanyone youwillneverguess nopassword incorrect enterpassword password2 passwordpassword zxcvbnm1 qweasd qweasdzxc qwe123 qweqwe asd123 asdasd zxczxc 123qwe 123qweasd 123abc 1234abcd 123qweasdzxc 1qazxsw2 zaq1zaq1 !qaz2wsx 1qaz!qaz`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
