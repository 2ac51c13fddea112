import type { Words } from '../en.ts'

export const failures: Words['failures'] = {
  invalid_input: 'Eso no se aceptó. Revisa lo que escribiste e inténtalo de nuevo.',
  unauthorized: 'Tu sesión se cerró. Vuelve a iniciar sesión.',
  invalid_command: 'El worker rechazó la orden. Avisa a quien administra Latchkey que sus claves no coinciden.',
  clock_skew: 'Los relojes del servidor y del worker difieren demasiado. Avisa a quien administra Latchkey.',
  forbidden: 'Tu rol no lo permite. Pídeselo a un propietario o administrador.',
  not_found: 'Esta sesión ya no existe.',
  method_not_allowed: 'Esta página y el servidor no son de la misma versión. Recarga la página.',
  already_connected: 'Este dispositivo ya está conectado.',
  not_linked: 'Esta sesión no está vinculada a ningún teléfono.',
  not_connected: 'Esta sesión no está conectada.',
  session_online: 'Esta sesión está en línea. Restablécela en lugar de eliminarla.',
  order_missing: 'No hay ninguna orden para quitar esta sesión. Recarga la página.',
  ambiguous_phone_number: 'Hay más de una sesión con este número.',
  link_ended: 'Este intento terminó. Pide un código nuevo.',
  already_member: 'Esta persona ya pertenece a la organización.',
  limit_reached: 'Ya hay tantos como se permite. Quita primero alguno que no necesites.',
  payload_too_large: 'Es demasiado largo.',
  whatsapp_unavailable: 'WhatsApp no respondió. Inténtalo de nuevo en un momento.',
  rate_limited: 'Demasiados intentos. Espera un minuto e inténtalo de nuevo.',
  internal: 'Algo falló en el servidor. Inténtalo de nuevo.',
  worker_offline: 'El worker está desconectado.',
  database_unavailable: 'No se puede llegar a la base de datos. Inténtalo de nuevo en un momento.',
  not_ready: 'Una parte del servidor todavía está arrancando. Inténtalo de nuevo en un momento.',
  storage_failed: 'El worker no puede escribir en su disco. Avisa a quien administra Latchkey.',
  timeout: 'El worker tardó demasiado en responder. Inténtalo de nuevo.',
  unreachable: 'No se puede llegar al servidor. Revisa tu conexión e inténtalo de nuevo.',
  wrong_credentials: 'El correo o la contraseña no son correctos.',
  email_not_confirmed: 'Confirma primero tu correo: abre el enlace que se te envió.',
  unexpected_answer: 'El servidor dio una respuesta que esta página no entiende. Recarga la página.',
}

export const reasons: Words['reasons'] = {
  link_expired: 'nadie escaneó el código a tiempo',
  link_cancelled: 'se canceló la vinculación',
  unlinked_from_phone: 'desvinculado desde el teléfono',
  reset: 'se restableció',
  connection_lost: 'se perdió la conexión',
  replaced: 'otro programa usa este vínculo; se detuvo para no pelear por él',
  banned: 'WhatsApp rechaza este número',
  bad_session: 'WhatsApp ya no acepta este vínculo',
  credentials_damaged: 'sus credenciales están dañadas',
  retries_exhausted: 'no se pudo reconectar después de muchos intentos',
  passkey_required: 'esta cuenta pide una llave de acceso, que aquí no se puede dar',
  version_outdated: 'WhatsApp exige una versión más nueva del worker',
  multidevice_mismatch: 'este teléfono no admite dispositivos vinculados',
  storage_failed: 'el worker no puede escribir en su disco',
  link_unfinished: 'el teléfono nunca terminó de vincularse con este servidor: no hay nada que recuperar, vincúlalo de nuevo',
}

export const states: Words['states'] = {
  connecting: 'conectando',
  connected: 'conectado',
  reconnecting: 'reconectando',
  stopped: 'detenido',
  disconnected: 'desconectado',
  worker_offline: 'worker desconectado',
}

export const removalReasons: Words['removalReasons'] = {
  cancel: 'cancelado',
  delete: 'eliminado',
  purge: 'era obsoleto',
  reset: 'restablecido',
  unlinked: 'desvinculado desde el teléfono',
}
