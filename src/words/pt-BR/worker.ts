import type { Words } from '../en.ts'

export const worker: Words['worker'] = {
  online: 'worker on-line',
  offline: 'worker off-line',
  unknown: 'worker: não se sabe',
  offlineTitle: 'O worker está off-line',
  offlineHint:
    'Ninguém pode dizer se seus aparelhos estão conectados, e nenhum código pode ser mostrado. O que você ordenar fica guardado e será feito quando ele voltar.',
}
