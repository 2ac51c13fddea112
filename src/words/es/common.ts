import type { Words } from '../en.ts'

export const common: Words['common'] = {
  cancel: 'Cancelar',
  done: 'Listo',
  close: 'Cerrar',
  tryAgain: 'Reintentar',
  loading: 'Cargando',
  dismiss: 'Descartar',
  skipToContent: 'Ir al contenido',
}
