/** What a schema found, in words for whoever wrote it: the path, and what is expected there. */
import type { z } from 'zod'

/** A value is never shown, since it may be a secret: zod's messages say what is expected, not what came. */
export function describeIssue({ path, message }: z.core.$ZodIssue): string {
  // Zod's own words for it are of JavaScript.
  const said = message.endsWith('received undefined') ? 'is missing' : message
  return path.length > 0 ? `${path.join('.')}: ${said}` : said
}
