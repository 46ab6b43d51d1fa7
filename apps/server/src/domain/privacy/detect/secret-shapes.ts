// What secrets of well-known services look like: how they begin, of what they go on, and for how long. A new one is a further line.

/** Characters behind the beginning. */
export type Alphabet = "alphanumeric" | "url" | "hex" | "upper" | "base64" | "token";

export interface SecretShape {
  readonly of: string;
  readonly begins: string;
  readonly goesOn: Alphabet;
  readonly least: number;
  /** As many and no more; the same as `least` for what has one length. */
  readonly most?: number;
  /** The beginning is also that of ordinary words: there must be a digit and a letter in what follows. */
  readonly isWord?: true;
  /** The beginning names it, and the secret stands behind a sign. */
  readonly isNamed?: true;
}

const shape = (
  of: string,
  begins: string,
  goesOn: Alphabet,
  least: number,
  more: Partial<SecretShape> = {},
): SecretShape => {
  return { of, begins, goesOn, least, ...more };
};

export const secretShapes: readonly SecretShape[] = [
  ...["AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ANPA", "ABIA", "ACCA"].map((begins) =>
    shape("AWS", begins, "upper", 16, { most: 16 }),
  ),
  ...["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey", "secretAccessKey"].map((begins) =>
    shape("AWS", begins, "base64", 40, { most: 40, isNamed: true }),
  ),
  ...["AccountKey", "SharedAccessKey"].map((begins) =>
    shape("Azure", begins, "base64", 43, { most: 90, isNamed: true }),
  ),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((begins) => shape("GitHub", begins, "alphanumeric", 36)),
  shape("GitHub", "github_pat_", "url", 30),
  ...["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"].map((begins) => shape("GitLab", begins, "url", 20)),
  ...["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xapp-"].map((begins) => shape("Slack", begins, "url", 20)),
  ...["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"].map((begins) =>
    shape("Stripe", begins, "alphanumeric", 16),
  ),
  shape("Anthropic", "sk-ant-", "url", 20),
  shape("OpenRouter", "sk-or-v1-", "hex", 32),
  ...["sk-proj-", "sk-svcacct-", "sk-admin-"].map((begins) => shape("OpenAI", begins, "url", 20)),
  shape("OpenAI and others", "sk-", "url", 20, { isWord: true }),
  shape("GhostLLM", "gk-", "url", 30, { isWord: true }),
  shape("Google", "AIza", "url", 35, { most: 35 }),
  shape("Google", "ya29.", "url", 30),
  shape("Google", "GOCSPX-", "url", 20),
  shape("Groq", "gsk_", "alphanumeric", 40),
  shape("xAI", "xai-", "alphanumeric", 40),
  shape("Perplexity", "pplx-", "alphanumeric", 32),
  shape("Replicate", "r8_", "alphanumeric", 30),
  shape("Hugging Face", "hf_", "alphanumeric", 30),
  shape("NVIDIA", "nvapi-", "url", 40),
  shape("npm", "npm_", "alphanumeric", 36, { most: 36 }),
  shape("PyPI", "pypi-AgE", "url", 40),
  shape("SendGrid", "SG.", "token", 60),
  shape("Twilio", "SK", "hex", 32, { most: 32 }),
  shape("Mailgun", "key-", "hex", 32, { most: 32 }),
  shape("DigitalOcean", "dop_v1_", "hex", 64),
  ...["shpat_", "shpss_", "shpca_", "shppa_"].map((begins) => shape("Shopify", begins, "hex", 32)),
  shape("Databricks", "dapi", "hex", 32, { most: 34 }),
  shape("Linear", "lin_api_", "alphanumeric", 30),
  shape("Notion", "ntn_", "alphanumeric", 40),
  shape("HashiCorp Vault", "hvs.", "url", 24),
  shape("Grafana", "glsa_", "url", 32),
  shape("Sentry", "sntrys_", "token", 40),
  shape("Atlassian", "ATATT3", "token", 60),
  shape("Square", "sq0atp-", "url", 22),
  shape("Square", "EAAA", "url", 50),
  shape("Facebook", "EAACEdEose0cBA", "alphanumeric", 20),
  shape("age", "AGE-SECRET-KEY-1", "upper", 50),
  shape("Doppler", "dp.pt.", "alphanumeric", 40),
  shape("Postman", "PMAK-", "url", 40),
  shape("Airtable", "pat", "token", 70, { isWord: true }),
];
