import * as z from 'zod/mini'

/** Groups and contacts that are kept for one session; what the phone tells beyond that is dropped. */
export const MAX_GROUPS = 1000
export const MAX_CONTACTS = 5000
/** The longest name that is kept, in UTF-16 units; a longer one is cut. */
export const MAX_NAME_LENGTH = 100

/** A group of the linked account. `id`: WhatsApp's address of it, `...@g.us`. `participants`: how many, `null` where it was not told. */
export const Group = z.object({ id: z.string(), name: z.nullable(z.string()), participants: z.nullable(z.int()) })
export type Group = z.infer<typeof Group>

/** A contact of the linked account. `id`: WhatsApp's address. `phoneNumber`: E.164, `null` where the phone only told an anonymous id. */
export const Contact = z.object({ id: z.string(), phoneNumber: z.nullable(z.string()), name: z.nullable(z.string()) })
export type Contact = z.infer<typeof Contact>

/** `live`: asked of WhatsApp just now; else what was kept. `updatedAt`: `null` where nothing was ever told. */
export const GroupList = z.object({ groups: z.array(Group), live: z.boolean(), updatedAt: z.nullable(z.string()) })
export type GroupList = z.infer<typeof GroupList>
export const ContactList = z.object({ contacts: z.array(Contact), updatedAt: z.nullable(z.string()) })
export type ContactList = z.infer<typeof ContactList>
