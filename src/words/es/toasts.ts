import type { Words } from '../en.ts'

export const toasts: Words['toasts'] = {
  removed: 'Sesión eliminada',
  reset: 'La sesión se restableció',
  goneAlready: 'Esta sesión ya no existía',
  nowConnected: 'Esta sesión ahora está conectada, por eso no se eliminó. Restablécela en su lugar.',
  notDeleted: 'Esta sesión no se eliminó. Puede que tu rol no lo permita.',
  stopped: 'Sesión detenida',
  started: 'Sesión iniciada',
  cancelled: 'Vinculación cancelada',
  orderStored: 'Orden guardada; se hará cuando el worker vuelva.',
  copied: 'Código copiado',
  copyFailed: 'No se pudo copiar el código',
}
