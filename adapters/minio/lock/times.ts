/** The times of a lock, in milliseconds. */

/** How often its holder gives a sign of life. */
export const BEAT = 7_000;

/** Silent for so long, it is taken to be dead: four signs did not come. */
export const LIFE = 30_000;

/** How often one who waits looks. */
export const PAUSE = 500;

/** How often one who waits looks whose turn takes a moment; up to twice as long. */
export const SHORT_PAUSE = 50;

/** Where writes know no conditions, two may write at once: who is there after so long has it. */
export const SETTLING = 1_000;

/** Time for a write that nobody wants any more to be answered: else the lock would stay behind. */
export const GRACE = 1_000;
