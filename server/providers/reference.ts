/** The form of the ids that providers give to their sessions. */
import { z } from 'zod'

/** Text that any database can keep, and that is one part of a path: dots alone would lead out of it. */
export const reference = z
  .string()
  .max(255)
  .regex(/^(?!\.\.?$)[^\p{Cc}\p{Cs}]+$/u)
