/** The secrets that offers are signed with, as `COINSLOT_SECRET` holds them. */
import { z } from 'zod'

/** A comma-separated list: the first signs, and all are accepted, so that one can follow another. */
export const offerSecretsSchema = z
  .string()
  .transform((list) => list.split(',').map((secret) => secret.trim()))
  .refine((secrets) => secrets.every((secret) => Buffer.byteLength(secret) >= 32), {
    message: 'each secret must have 32 bytes or more',
  })
