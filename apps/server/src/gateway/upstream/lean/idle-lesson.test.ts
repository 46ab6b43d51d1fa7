import { expect, it } from "vitest";
import { IdleLesson } from "./idle-lesson.ts";

it("connections are kept for less than their vendor was seen to wait", () => {
  const lesson = new IdleLesson();
  expect(lesson.mostIdleMs).toBe(20_000);
  lesson.onClosed(5_000, 0);
  lesson.onClosed(8_000, 0);
  expect(lesson.mostIdleMs).toBe(3_750);
});

it("what is closed sooner counts when it is a habit", () => {
  const lesson = new IdleLesson();
  for (let left = 10; left > 0; left -= 1) {
    lesson.onClosed(15, 0);
    lesson.onClosed(15, 0);
    expect(lesson.mostIdleMs).toBe(20_000);
    lesson.onReuse();
  }
  for (let left = 3; left > 0; left -= 1) lesson.onClosed(15, 0);
  expect(lesson.mostIdleMs).toBe(11);
});

it("no lesson is for ever", () => {
  const lesson = new IdleLesson();
  lesson.onClosed(5_000, 1_000);
  lesson.forget(600_999);
  expect(lesson.mostIdleMs).toBe(3_750);
  lesson.forget(601_000);
  expect(lesson.mostIdleMs).toBe(20_000);
  for (let left = 3; left > 0; left -= 1) lesson.onClosed(0.5, 700_000);
  expect(lesson.mostIdleMs).toBe(0);
  lesson.forget(710_000);
  expect(lesson.mostIdleMs).toBe(20_000);
});
