/** Digits behind the code of a country, from and to. Of countries that are not named here numbers have any usual length. */
const lengthsByCode = new Map<string, readonly [number, number]>(
  (
    "1:10 7:10 20:9-10 27:9 30:10 31:9 32:8-9 33:9 34:9 36:8-9 39:6-11 40:9 41:9 43:6-13 44:9-10 45:8 46:7-10 47:8 48:9 49:6-11 " +
    "51:8-9 52:10 53:8 54:10-11 55:10-11 56:9 57:8-10 58:10 60:8-10 61:9 62:8-12 63:8-10 64:8-10 65:8 66:8-9 81:9-10 82:8-10 84:9-10 " +
    "86:10-11 90:10 91:10 92:9-10 93:9 94:9 95:7-10 98:10 212:9 213:8-9 216:8 234:8-10 254:9 255:9 256:9 351:9 352:6-11 353:7-10 354:7-9 " +
    "356:8 357:8 358:6-12 359:7-9 370:8 371:8 372:7-8 375:9 380:9 381:8-9 385:8-9 386:8 420:9 421:9 423:7-9 852:8 886:8-9 961:7-8 962:8-9 " +
    "965:8 966:8-9 971:8-9 972:8-9 974:8"
  )
    .split(" ")
    .map((entry) => {
      const [code = "", range = ""] = entry.split(":");
      const [from = range, to = from] = range.split("-");
      return [code, [Number(from), Number(to)]] as const;
    }),
);

/** The codes of three digits that are none of those above begin so. https://www.itu.int/rec/T-REC-E.164 */
const otherCodes = /^(?:2[1-69]\d|3[578]\d|42\d|5[09]\d|6[789]\d|80[08]|85[0356]|88[0168]|9[67]\d|99[2-68])/;
const usualLengths: readonly [number, number] = [7, 12];

/** Are these all the digits of an international number, the country's code first? */
export function isInternational(digits: string): boolean {
  for (const length of [1, 2, 3]) {
    const lengths = lengthsByCode.get(digits.slice(0, length));
    if (lengths !== undefined) return isRight(digits.slice(length), lengths, digits.slice(0, length));
  }
  return otherCodes.test(digits.slice(0, 3)) && isRight(digits.slice(3), usualLengths, "");
}

function isRight(national: string, [least, most]: readonly [number, number], code: string): boolean {
  if (national.length < least || national.length > most) return false;
  if (code === "1") return /^[2-9]\d\d[2-9]/.test(national);
  return code === "39" || !national.startsWith("0");
}
