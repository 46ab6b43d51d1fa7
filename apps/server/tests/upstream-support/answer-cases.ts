// Answers byte by byte: those that are read, with what they say, and those that nobody can read in one way alone.

export interface ReadCase {
  readonly text: string;
  /** `GET` where there is none. */
  readonly method?: string;
  readonly status?: number;
  readonly body?: string;
  /** False where the connection is of no more use. */
  readonly keepsAlive?: boolean;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

const ok = "HTTP/1.1 200 OK\r\n";
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

export const readable: Readonly<Record<string, ReadCase>> = {
  "a counted body": { text: `${ok}Content-Length: 5\r\n\r\nhello`, body: "hello", headers: { "content-length": "5" } },
  "an empty body": { text: `${ok}Content-Length: 0\r\n\r\n` },
  "a length with zeros before it": { text: `${ok}Content-Length: 0005\r\n\r\nhello`, body: "hello" },
  chunks: { text: `${chunked}5\r\nhello\r\n1\r\n \r\n6\r\nworld!\r\n0\r\n\r\n`, body: "hello world!" },
  "no chunk but the last": { text: `${chunked}0\r\n\r\n` },
  "sizes in letters of both kinds": {
    text: `${chunked}a\r\n0123456789\r\nB\r\n0123456789x\r\n0\r\n\r\n`,
    body: "01234567890123456789x",
  },
  "zeros before a size": { text: `${chunked}0005\r\nhello\r\n000\r\n\r\n`, body: "hello" },
  "line ends within a chunk": { text: `${chunked}8\r\n\r\n0\r\n\r\n\r\r\n0\r\n\r\n`, body: "\r\n0\r\n\r\n\r" },
  "extensions of chunks": { text: `${chunked}5;a;b=c;d="e;\\"f"\r\nhello\r\n0;last\r\n\r\n`, body: "hello" },
  trailers: { text: `${chunked}2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Empty:\r\n\r\n`, body: "hi" },
  "a coding in capitals": { text: `${ok}TRANSFER-ENCODING: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, body: "hi" },
  "a body up to the end": { text: `${ok}\r\nall of it`, body: "all of it", keepsAlive: false },
  "nothing up to the end": { text: `${ok}\r\n`, keepsAlive: false },
  "HTTP/1.0": { text: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", body: "hi", keepsAlive: false },
  "HTTP/1.0 that stays": {
    text: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi",
    body: "hi",
  },
  "HTTP/1.0 that says both": {
    text: "HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 2\r\n\r\nhi",
    body: "hi",
    keepsAlive: false,
  },
  "HTTP/1.0 without a length": {
    text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhi",
    body: "hi",
    keepsAlive: false,
  },
  "a connection that closes": {
    text: `${ok}Connection: Close\r\nContent-Length: 2\r\n\r\nhi`,
    body: "hi",
    keepsAlive: false,
  },
  "one that closes among others": {
    text: `${ok}Connection: x-hop ,\tclose\r\nContent-Length: 2\r\n\r\nhi`,
    body: "hi",
    keepsAlive: false,
  },
  "one that closes, on a line of its own": {
    text: `${ok}Connection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    keepsAlive: false,
  },
  "a word that only looks like it": { text: `${ok}Connection: closed\r\nContent-Length: 2\r\n\r\nhi`, body: "hi" },
  "words in between": {
    text: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    body: "hi",
  },
  "a word in between with an empty body": {
    text: `HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    body: "hi",
  },
  "204": { text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204 },
  "204 with a length of nothing": { text: "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", status: 204 },
  "304 with the length of what it does not send": {
    text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n",
    status: 304,
  },
  "HEAD with a length": { text: `${ok}Content-Length: 50\r\n\r\n`, method: "HEAD" },
  "HEAD with chunks": { text: chunked, method: "HEAD" },
  "no reason": { text: "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi", body: "hi" },
  "not even its space": { text: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", body: "hi" },
  "a reason beyond ASCII": { text: "HTTP/1.1 500 D\xe9faut \t!\r\nContent-Length: 0\r\n\r\n", status: 500 },
  "a status that nobody knows": { text: "HTTP/1.1 799 What\r\nContent-Length: 0\r\n\r\n", status: 799 },
  "blanks around values": {
    text: `${ok}A:  \t b c \t\r\nB:\r\nC:d\r\nContent-Length: 2 \r\n\r\nhi`,
    body: "hi",
    headers: { a: "b c", b: "", c: "d", "content-length": "2" },
  },
  "names that come again": {
    text: `${ok}Set-Cookie: a\r\nset-cookie: b\r\nSET-COOKIE: c\r\nContent-Length: 0\r\n\r\n`,
    headers: { "set-cookie": ["a", "b", "c"], "content-length": "0" },
  },
  "names of objects' own": {
    text: `${ok}__proto__: a\r\n__proto__: b\r\nconstructor: c\r\ntoString: d\r\nContent-Length: 0\r\n\r\n`,
    headers: { ["__proto__"]: ["a", "b"], constructor: "c", tostring: "d", "content-length": "0" },
  },
  "colons and bytes beyond ASCII in values": {
    text: `${ok}A: b:c: \xe4\xff\r\nContent-Length: 0\r\n\r\n`,
    headers: { a: "b:c: \xe4\xff", "content-length": "0" },
  },
};

const big = "x".repeat(70_000);

/** None of them is ever whole, however it is cut. */
export const unreadable: Readonly<Record<string, string>> = {
  "another protocol": "SSH-2.0-OpenSSH_9.6\r\n",
  "another protocol, and no end of a line": "220 mail.example",
  "HTTP/2": `HTTP/2 200\r\nContent-Length: 0\r\n\r\n`,
  "HTTP/1.2": `HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n`,
  "HTTP/0.9": "<html>hello</html>",
  "letters of the wrong size": `http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
  "a line before it": `\r\n${ok}Content-Length: 0\r\n\r\n`,
  "a status of two digits": `HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n`,
  "a status of four digits": `HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n`,
  "a status that begins with nothing": `HTTP/1.1 020 OK\r\nContent-Length: 0\r\n\r\n`,
  "two spaces before the status": `HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n`,
  "a tab before the status": `HTTP/1.1\t200 OK\r\nContent-Length: 0\r\n\r\n`,
  "a NUL in the reason": `HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n`,
  "a NUL in a value": `${ok}A: b\0c\r\nContent-Length: 0\r\n\r\n`,
  "a NUL in a name": `${ok}A\0: b\r\nContent-Length: 0\r\n\r\n`,
  "a delete in a value": `${ok}A: b\x7fc\r\nContent-Length: 0\r\n\r\n`,
  "line feeds alone": `HTTP/1.1 200 OK\nContent-Length: 0\n\n`,
  "a line feed alone in a head": `${ok}A: b\nContent-Length: 0\r\n\r\n`,
  "a return alone in a head": `${ok}A: b\rContent-Length: 0\r\n\r\n`,
  "a return too many": `HTTP/1.1 200 OK\r\r\nContent-Length: 0\r\n\r\n`,
  "a folded header": `${ok}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`,
  "a first header that is folded": `${ok} A: b\r\nContent-Length: 0\r\n\r\n`,
  "a space before the colon": `${ok}Content-Length : 0\r\n\r\n`,
  "a space in a name": `${ok}Content Length: 0\r\n\r\n`,
  "no colon": `${ok}Content-Length\r\n\r\n`,
  "no name": `${ok}: 0\r\nContent-Length: 0\r\n\r\n`,
  "a name beyond ASCII": `${ok}\xe4: 0\r\nContent-Length: 0\r\n\r\n`,
  "another protocol from here on": `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n`,
  "a length and chunks": `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "chunks and a length": `${ok}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  "two lengths": `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
  "a length twice": `${ok}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
  "two lengths in a line": `${ok}Content-Length: 5, 6\r\n\r\nhello!`,
  "a length twice in a line": `${ok}Content-Length: 5, 5\r\n\r\nhello`,
  "an empty length": `${ok}Content-Length:\r\n\r\n`,
  "a length with a sign": `${ok}Content-Length: +5\r\n\r\nhello`,
  "a negative length": `${ok}Content-Length: -5\r\n\r\nhello`,
  "a length in sixteens": `${ok}Content-Length: 0x5\r\n\r\nhello`,
  "a length with a point": `${ok}Content-Length: 5.0\r\n\r\nhello`,
  "a length in powers": `${ok}Content-Length: 5e0\r\n\r\nhello`,
  "a length with a space in it": `${ok}Content-Length: 1 0\r\n\r\nhello`,
  "a length beyond all numbers": `${ok}Content-Length: 18446744073709551621\r\n\r\nhello`,
  "a length in other digits": `${ok}Content-Length: \xb2\r\n\r\nhi`,
  "HTTP/1.0 in chunks": `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "an empty coding": `${ok}Transfer-Encoding:\r\n\r\n0\r\n\r\n`,
  "a coding before chunks": `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  "a coding behind chunks": `${ok}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  "chunks twice": `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "a coding that is none": `${ok}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  "a coding in quotes": `${ok}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`,
  identity: `${ok}Transfer-Encoding: identity\r\n\r\nhello`,
  "a word in between with a body": `HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\nhi${ok}Content-Length: 0\r\n\r\n`,
  "a word in between in chunks": `HTTP/1.1 103 Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${ok}Content-Length: 0\r\n\r\n`,
  "words in between without an end": `HTTP/1.1 100 Continue\r\nA: ${"b".repeat(900)}\r\n\r\n`.repeat(80),
  "a size with a sign": `${chunked}+5\r\nhello\r\n0\r\n\r\n`,
  "a negative size": `${chunked}-5\r\nhello\r\n0\r\n\r\n`,
  "a size as programs write it": `${chunked}0x5\r\nhello\r\n0\r\n\r\n`,
  "a space before a size": `${chunked} 5\r\nhello\r\n0\r\n\r\n`,
  "a space behind a size": `${chunked}5 \r\nhello\r\n0\r\n\r\n`,
  "a tab behind a size": `${chunked}5\t\r\nhello\r\n0\r\n\r\n`,
  "no size": `${chunked}\r\nhello\r\n0\r\n\r\n`,
  "a size that is none": `${chunked}g\r\nhello\r\n0\r\n\r\n`,
  "a size beyond all numbers": `${chunked}10000000000000005\r\nhello\r\n0\r\n\r\n`,
  "a size that turns around at 2 to the 32": `${chunked}100000000000005\r\nhello\r\n0\r\n\r\n`,
  "a line feed behind a size": `${chunked}5\nhello\r\n0\r\n\r\n`,
  "a return behind a size": `${chunked}5\rhello\r\n0\r\n\r\n`,
  "a chunk longer than its size": `${chunked}4\r\nhello\r\n0\r\n\r\n`,
  "a line feed behind a chunk": `${chunked}5\r\nhello\n0\r\n\r\n`,
  "nothing behind a chunk": `${chunked}5\r\nhello0\r\n\r\n`,
  "other ends behind a chunk": `${chunked}5\r\nhello\n\r0\r\n\r\n`,
  "an extension without a name": `${chunked}5;\r\nhello\r\n0\r\n\r\n`,
  "an extension whose quotes do not end": `${chunked}5;a="b\r\nhello\r\n0\r\n\r\n`,
  "a line feed in an extension": `${chunked}5;a\nb\r\nhello\r\n0\r\n\r\n`,
  "a return in an extension": `${chunked}5;a\rb\r\nhello\r\n0\r\n\r\n`,
  "an extension that is too long": `${chunked}5;a=${"b".repeat(5_000)}\r\nhello\r\n0\r\n\r\n`,
  "a trailer without a colon": `${chunked}0\r\nfoo\r\n\r\n`,
  "a folded trailer": `${chunked}0\r\nA: b\r\n c\r\n\r\n`,
  "a line feed in a trailer": `${chunked}0\r\nA: b\nC: d\r\n\r\n`,
  "a line feed in place of the end": `${chunked}0\r\n\n`,
  "a length among the trailers": `${chunked}0\r\nContent-Length: 5\r\n\r\n`,
  "a coding among the trailers": `${chunked}0\r\nTransfer-Encoding: chunked\r\n\r\n`,
  "a head that is too long": `${ok}A: ${big}\r\nContent-Length: 0\r\n\r\n`,
  "a head without an end": `${ok}A: ${big}`,
  "a reason that is too long": `HTTP/1.1 200 ${big}\r\nContent-Length: 0\r\n\r\n`,
  "too many headers": `${ok}${"a: b\r\n".repeat(300)}Content-Length: 0\r\n\r\n`,
  "a trailer that is too long": `${chunked}0\r\nA: ${big}\r\n\r\n`,
  "trailers without an end": `${chunked}0\r\n${"a: b\r\n".repeat(12_000)}\r\n`,
};

/** They are no answer when the vendor closes. */
export const unfinished: Readonly<Record<string, string>> = {
  nothing: "",
  "part of a status": "HTTP/1.1 20",
  "part of a head": `${ok}Content-Length: 5\r\n`,
  "a word in between": "HTTP/1.1 100 Continue\r\n\r\n",
  "a length and less": `${ok}Content-Length: 5\r\n\r\nhell`,
  "part of a size": `${chunked}5`,
  "part of a chunk": `${chunked}5\r\nhell`,
  "a chunk and no last one": `${chunked}5\r\nhello\r\n`,
  "a last chunk and no end": `${chunked}5\r\nhello\r\n0\r\n`,
  "trailers and no end": `${chunked}0\r\nA: b\r\n`,
};
