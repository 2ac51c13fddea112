import type { Words } from '../en.ts'

export const common: Words['common'] = {
  cancel: 'Cancelar',
  done: 'Listo',
  close: 'Cerrar',
  tryAgain: 'Reintentar',
  loading: 'Cargando',
  dismiss: 'Descartar',
  skipToContent: 'Ir al contenido',
  reference: { label: 'Referencia', copy: 'Copiar', copied: 'Referencia copiada', copyFailed: 'No se pudo copiar' },
}
