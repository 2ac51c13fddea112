import type { Words } from '../en.ts'

export const failures: Words['failures'] = {
  invalid_input: 'Isso não foi aceito. Confira o que você digitou e tente de novo.',
  unauthorized: 'Sua sessão foi encerrada. Entre de novo.',
  invalid_command: 'O worker recusou a ordem. Avise quem administra o Latchkey de que as chaves não coincidem.',
  clock_skew: 'Os relógios do servidor e do worker diferem demais. Avise quem administra o Latchkey.',
  forbidden: 'Seu papel não permite isso. Peça a um proprietário ou administrador.',
  not_found: 'Esta sessão não existe mais.',
  method_not_allowed: 'Esta página e o servidor não são da mesma versão. Recarregue a página.',
  already_connected: 'Este aparelho já está conectado.',
  not_linked: 'Esta sessão não está vinculada a nenhum celular.',
  not_connected: 'Esta sessão não está conectada.',
  session_online: 'Esta sessão está on-line. Redefina-a em vez de excluí-la.',
  order_missing: 'Não há nenhuma ordem para remover esta sessão. Recarregue a página.',
  ambiguous_phone_number: 'Há mais de uma sessão com este número.',
  link_ended: 'Esta tentativa terminou. Peça um novo código.',
  already_member: 'Esta pessoa já pertence à organização.',
  limit_reached: 'Já há tantos quantos são permitidos. Remova primeiro algum de que não precise.',
  payload_too_large: 'É longo demais.',
  whatsapp_unavailable: 'O WhatsApp não respondeu. Tente de novo daqui a pouco.',
  rate_limited: 'Tentativas demais. Espere um minuto e tente de novo.',
  internal: 'Algo deu errado no servidor. Tente de novo.',
  worker_offline: 'O worker está off-line.',
  database_unavailable: 'Não foi possível acessar o banco de dados. Tente de novo daqui a pouco.',
  not_ready: 'Uma parte do servidor ainda está iniciando. Tente de novo daqui a pouco.',
  storage_failed: 'O worker não consegue gravar no disco. Avise quem administra o Latchkey.',
  timeout: 'O worker demorou demais para responder. Tente de novo.',
  unreachable: 'Não foi possível acessar o servidor. Verifique sua conexão e tente de novo.',
  wrong_credentials: 'E-mail ou senha incorretos.',
  email_not_confirmed: 'Confirme primeiro seu e-mail: abra o link que foi enviado a você.',
  unexpected_answer: 'O servidor deu uma resposta que esta página não entende. Recarregue a página.',
}

export const reasons: Words['reasons'] = {
  link_expired: 'ninguém escaneou o código a tempo',
  link_cancelled: 'a conexão foi cancelada',
  unlinked_from_phone: 'desconectado pelo celular',
  reset: 'foi redefinido',
  connection_lost: 'a conexão caiu',
  replaced: 'outro programa usa esta conexão; parado para não disputá-la',
  banned: 'o WhatsApp recusa este número',
  bad_session: 'o WhatsApp não aceita mais esta conexão',
  credentials_damaged: 'suas credenciais estão danificadas',
  retries_exhausted: 'não foi possível reconectar depois de muitas tentativas',
  passkey_required: 'esta conta pede uma chave de acesso, que não pode ser dada aqui',
  version_outdated: 'o WhatsApp exige uma versão mais nova do worker',
  multidevice_mismatch: 'este celular não aceita aparelhos conectados',
  storage_failed: 'o worker não consegue gravar no disco',
  link_unfinished: 'o celular nunca terminou de se conectar a este servidor: não há nada a recuperar, conecte-o de novo',
}

export const states: Words['states'] = {
  connecting: 'conectando',
  connected: 'conectado',
  reconnecting: 'reconectando',
  stopped: 'parado',
  disconnected: 'desconectado',
  worker_offline: 'worker off-line',
}

export const removalReasons: Words['removalReasons'] = {
  cancel: 'cancelado',
  delete: 'excluído',
  purge: 'estava obsoleto',
  reset: 'redefinido',
  unlinked: 'desconectado pelo celular',
}
