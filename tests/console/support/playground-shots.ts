// The playground with something in it, for pictures: what is to be done on the page before one is taken.

import type { Page } from "playwright-core";

interface PreparedShot {
  readonly name: string;
  readonly path: string;
  readonly prepare: (page: Page) => Promise<void>;
}

export const playgroundShots: readonly PreparedShot[] = [
  { name: "playground-two", path: "/playground?model=gpt-5&beside=claude-haiku-4-5", prepare: play },
  { name: "playground-code", path: "/playground?model=smart&beside=fast", prepare: showCode },
];

/** Two models that answer the same, with tools at hand. */
async function play(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Make a key for today" }).click();
  await page.getByLabel("Second model", { exact: true }).and(page.locator(":enabled")).waitFor();
  await page.getByLabel("Message", { exact: true }).fill("What does a gateway in front of models do?");
  await page.keyboard.press("Control+Enter");
  for (const answer of [0, 1]) {
    await page
      .getByText(/^(answered|failed)$/)
      .nth(answer)
      .waitFor();
  }
  await page.locator("summary", { hasText: "Tools" }).click();
  await page.getByRole("button", { name: "Insert an example" }).click();
  // Their records are there a moment later.
  await page.waitForTimeout(1_500);
}

async function showCode(page: Page): Promise<void> {
  await play(page);
  await page.getByRole("button", { name: "Code", exact: true }).click();
}
