const REASONS = {
  position: 'the alert has no position',
  site: 'no site is configured',
  airmass: 'the position is below the horizon, where there is no airmass',
} as const;

/** What was asked of the sky cannot be told. Its message is a clause that says why, to follow “not fired:”. */
export class MissingSky extends Error {
  readonly what: keyof typeof REASONS;

  constructor(what: keyof typeof REASONS) {
    super(REASONS[what]);
    this.name = 'MissingSky';
    this.what = what;
  }
}
