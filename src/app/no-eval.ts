import * as z from 'zod/mini'

// The content security policy forbids `eval`; without this, zod would try it once and be reported. It must be imported
// before any schema is made.
z.config({ jitless: true })
