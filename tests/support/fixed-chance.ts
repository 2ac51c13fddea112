import * as fc from 'fast-check'

/** What is drawn by chance is the same each time, so that nobody is stopped by what they did not change; `FAST_CHECK_SEED=2 npm test` looks elsewhere. */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_261_123) })
