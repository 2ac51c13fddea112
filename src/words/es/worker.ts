import type { Words } from '../en.ts'

export const worker: Words['worker'] = {
  online: 'worker en línea',
  offline: 'worker desconectado',
  unknown: 'worker: no se sabe',
  offlineTitle: 'El worker está desconectado',
  offlineHint:
    'Nadie puede decir si tus dispositivos están conectados, y no se puede mostrar ningún código. Lo que ordenes queda guardado y se hará cuando vuelva.',
}
