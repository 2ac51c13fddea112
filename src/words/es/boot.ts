import type { Words } from '../en.ts'

export const boot: Words['boot'] = {
  starting: 'Latchkey está arrancando',
  startingHint: 'Esta página se abre en cuanto todo esté listo.',
  unreachable: 'Latchkey no responde',
  unreachableHint: 'Se está intentando de nuevo. ¿Sigue en marcha?',
  invalid: 'Latchkey no está configurado',
  invalidHint: 'El archivo /config.json no es lo que esta página espera. Corrígelo y recarga.',
  crashed: 'Esta página tropezó',
  crashedHint: 'Eso no cambió nada. Recarga la página para continuar.',
  reload: 'Recargar',
}
