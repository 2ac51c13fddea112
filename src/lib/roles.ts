import type { Enums } from '#domain/database.types.ts'

/** What somebody may be in an organisation, the mightiest first. */
export const ROLES = ['owner', 'admin', 'agent'] as const satisfies Enums<'member_role'>[]
export type Role = Enums<'member_role'>
