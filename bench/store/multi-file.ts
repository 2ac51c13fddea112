import { mkdir, rm } from 'node:fs/promises'
import { BufferJSON, useMultiFileAuthState as multiFileAuthState } from 'baileys'
import type { SignalDataTypeMap } from 'baileys'
import type { Contender } from './contender.ts'

/** Baileys' own: a file for each key, neither atomic nor durable. The baseline, not a candidate. */
export async function openMultiFile(folder: string): Promise<Contender> {
  await mkdir(folder)
  const { state, saveCreds } = await multiFileAuthState(folder)
  await saveCreds()
  const name = (type: string) => type as keyof SignalDataTypeMap
  return {
    put: (type, values) =>
      state.keys.set({
        [type]: Object.fromEntries(Object.entries(values).map(([id, value]) => [id, JSON.parse(value, BufferJSON.reviver) as unknown])),
      }),
    get: async (type, id) => JSON.stringify((await state.keys.get(name(type), [id]))[id] ?? null, BufferJSON.replacer),
    clear: () => rm(folder, { recursive: true, force: true }),
  }
}
