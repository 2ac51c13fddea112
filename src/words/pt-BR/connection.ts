import type { Words } from '../en.ts'

export const connection: Words['connection'] = {
  offline: 'Você está sem conexão.',
  seenFrom: (time) => `Última atualização: ${time}.`,
  silent: 'O servidor não responde.',
  silentHint: (time) =>
    time === null
      ? 'Uma nova tentativa é feita automaticamente.'
      : `Última atualização: ${time}; não se sabe como tudo está agora. Uma nova tentativa é feita automaticamente.`,
  returning: 'Conectando de novo…',
  back: 'Conexão restabelecida.',
}
