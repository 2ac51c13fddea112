import type { Words } from '../en.ts'

export const connection: Words['connection'] = {
  offline: 'No tienes conexión.',
  seenFrom: (time) => `Última actualización: ${time}.`,
  silent: 'El servidor no responde.',
  silentHint: (time) =>
    time === null
      ? 'Se vuelve a intentar automáticamente.'
      : `Última actualización: ${time}; no se sabe cómo está todo ahora. Se vuelve a intentar automáticamente.`,
  returning: 'Conectando de nuevo…',
  back: 'Conexión restablecida.',
}
