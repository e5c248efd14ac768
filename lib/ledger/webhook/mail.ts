/** E-mail by SMTP. The library is loaded with the first one that is sent. */
import type { Answer } from './post.ts'

export interface MailSettings {
  /** smtp://user:password@host:587, or smtps:// */
  readonly url: string
  readonly from: string
}

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

export type SendMail = (mail: Mail, timeoutMs: number) => Promise<Answer>

export function createSendMail(settings: MailSettings | undefined): SendMail {
  return async (mail, timeoutMs) => {
    if (!settings)
      return { status: null, text: 'no mail server is configured: set ROLLCALL_SMTP_URL and ROLLCALL_MAIL_FROM' }
    const { createTransport } = await import('nodemailer')
    const limits = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs }
    const transport = createTransport({ url: settings.url, ...limits, disableFileAccess: true, disableUrlAccess: true })
    try {
      const { response } = await transport.sendMail({ from: settings.from, ...mail })
      return { status: 200, text: response }
    } catch (error) {
      return { status: null, text: error instanceof Error ? error.message : String(error) }
    } finally {
      transport.close()
    }
  }
}
