import type { Words } from '../en.ts'

export const toasts: Words['toasts'] = {
  removed: 'Sessão excluída',
  reset: 'A sessão foi redefinida',
  goneAlready: 'Esta sessão já não existia',
  nowConnected: 'Esta sessão agora está conectada, por isso não foi excluída. Redefina-a em vez disso.',
  notDeleted: 'Esta sessão não foi excluída. Talvez seu papel não permita.',
  stopped: 'Sessão parada',
  started: 'Sessão iniciada',
  cancelled: 'Conexão cancelada',
  orderStored: 'Ordem guardada; será executada quando o worker voltar.',
  copied: 'Código copiado',
  copyFailed: 'Não foi possível copiar o código',
}
