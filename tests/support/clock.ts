/** The clock of a test: it stands still but for the milliseconds that the test lets pass. */
export function stopClock(): Disposable & { pass(milliseconds: number): void } {
  const { now } = performance;
  let time = now.call(performance);
  performance.now = () => time;
  return {
    pass: (milliseconds) => void (time += milliseconds),
    [Symbol.dispose]: () => void (performance.now = now),
  };
}
