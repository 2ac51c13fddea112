import type { Result } from '#domain/errors.ts'
import type { ContactList, Group, GroupList } from '#domain/names.ts'
import { IS_LINKED } from '#domain/session.ts'
import { isoTime } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Session } from '../session/session.ts'
import type { Supervisor } from '../session/supervisor.ts'
import { noNames } from '../store/names.ts'
import type { KeptNames, NamesFile } from '../store/names.ts'
import type { Tombstones } from '../store/tombstones.ts'
import { listContacts, listGroups, replaceGroups } from './merge.ts'

/** How long WhatsApp may take to list the groups, milliseconds: below the 15 s that the edge function waits for an answer. */
const ASK_MS = 8000

/** Groups and contacts of the linked account, for people. Without a linked phone there are none. */
export type Names = {
  /** Asks WhatsApp where the session is online; else, and without an answer, what was kept. */
  groups(sessionId: string): Promise<Result<GroupList>>
  contacts(sessionId: string): Result<ContactList>
}

type Options = { supervisor: Supervisor; file: NamesFile; tombstones: Tombstones; clock: Clock; log: Log }

export function createNames({ supervisor, file, tombstones, clock, log }: Options): Names {
  /** Questions under way: WhatsApp takes it ill when an account asks for the same again and again. */
  const asking = new WeakMap<Session, Promise<readonly Group[] | null>>()

  /** The generation that is linked now, as far as this worker knows. */
  const linkOf = (id: string): number | null => {
    const row = supervisor.rowOf(id)
    return row && IS_LINKED[row.status] && !tombstones.forbids(id, row.generation) ? row.generation : null
  }
  const withLink = <T>(id: string, work: (generation: number) => T): Result<T> => {
    const generation = linkOf(id)
    if (generation !== null) return { ok: true, value: work(generation) }
    return { ok: false, code: 'not_linked', message: 'No phone is linked to this session.' }
  }
  const kept = (id: string, generation: number): KeptNames => {
    try {
      return file.read(id, generation)
    } catch (error) {
      log.error({ session: id, error: reasonOf(error) }, 'names cannot be read')
      return noNames(generation)
    }
  }
  const ask = (session: Session): Promise<readonly Group[] | null> => {
    const known = asking.get(session)
    if (known) return known
    const answer = session.fetchGroups(ASK_MS).finally(() => asking.delete(session))
    asking.set(session, answer)
    return answer
  }

  return {
    async groups(id) {
      const session = linkOf(id) === null ? null : supervisor.running(id)
      const live = session && (await ask(session))
      // Whatever happened meanwhile: only a session that still runs may write, and only who is still linked is answered.
      return withLink(id, (generation) => {
        const before = kept(id, generation)
        if (!live || session.isOver() || session.generation !== generation) {
          return { groups: listGroups(before.groups), live: false, updatedAt: before.groupsAt }
        }
        const now = replaceGroups(before, live, isoTime(clock))
        try {
          if (JSON.stringify(now.groups) !== JSON.stringify(before.groups)) file.write(id, now)
        } catch (error) {
          log.error({ session: id, error: reasonOf(error) }, 'names could not be stored')
        }
        return { groups: listGroups(now.groups), live: true, updatedAt: now.groupsAt }
      })
    },
    contacts: (id) =>
      withLink(id, (generation) => {
        const { contacts, contactsAt } = kept(id, generation)
        return { contacts: listContacts(contacts), updatedAt: contactsAt }
      }),
  }
}
