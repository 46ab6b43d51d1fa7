// Words by which texts say that a number is a phone's, in the languages of the forms.

const words = [
  ...["phone", "tel", "mobile", "cell", "call", "fax", "whatsapp", "sms", "text me", "dial", "ring", "hotline"],
  ...["telefon", "handy", "rufnummer", "anrufen", "durchwahl", "mobil", "ruf"],
  ...["téléphone", "telephone", "portable", "appelez", "joignable", "numéro de tél"],
  ...["teléfono", "telefono", "móvil", "movil", "llame", "llama", "llámame"],
  ...["cellulare", "chiamare", "chiama", "recapito"],
  ...["telefone", "celular", "ligue", "zap"],
  ...["電話", "携帯", "tel番号", "連絡先", "ファックス"],
];

/** As far before the number as a short phrase reaches. */
const reach = 28;

export function tellsOfPhone(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - reach), at).toLowerCase();
  const clause = before.slice(
    Math.max(before.lastIndexOf(". ") + 1, before.lastIndexOf("\n") + 1, before.lastIndexOf(";") + 1),
  );
  return words.some((word) => holdsWord(clause, word)) && !/[0-9]{3}/.test(clause);
}

function holdsWord(text: string, word: string): boolean {
  const at = text.indexOf(word);
  return at >= 0 && !/[a-zà-ÿ]/.test(text.charAt(at - 1)) && !/^[a-zà-ÿ]{4}/.test(text.slice(at + word.length));
}
