import type { reasons as english } from '../en/reasons.ts';
import type { Translated } from '../translated.ts';

export const reasons: Translated<typeof english> = {
  prefetch_header: 'Die Anfrage sagte selbst, dass sie vorab lädt; vielleicht hat noch niemand hingesehen.',
  head_request:
    'Nur die Kopfzeilen wurden verlangt, was kein Mailprogramm tut, um ein Bild zu zeigen. Nie gespeichert.',
  agent_missing: 'Die Anfrage nannte kein Programm. Mailprogramme tun das, also war es eine Maschine.',
  apple_prefetch:
    'Apple Mail lädt zum Schutz seiner Lesenden jedes Bild im Hintergrund, ob die Mail gelesen wird oder nicht.',
  gmail_prefetch:
    'Gmail hat das Bild vorab geladen, während der Posteingang offen war. Die Mail ist vielleicht noch ungelesen.',
  gmail_open:
    'Die Mail wurde in Gmail geöffnet. Google holt die Bilder für seine Lesenden; Gerät und Ort bleiben verborgen.',
  yahoo_open:
    'Die Mail wurde in Yahoo oder AOL Mail geöffnet, das die Bilder für seine Lesenden holt; Gerät und Ort bleiben verborgen.',
  fastmail_open: 'Die Mail wurde in Fastmail geöffnet, das die Bilder für seine Lesenden holt.',
  hey_open: 'Die Mail wurde in HEY geöffnet, das die Bilder für seine Lesenden holt.',
  superhuman_open: 'Die Mail wurde in Superhuman geöffnet, das die Bilder für seine Lesenden holt.',
  seznam_open: 'Die Mail wurde in Seznam Email geöffnet, das die Bilder für seine Lesenden holt.',
  mail_proxy_open: 'Die Mail wurde in einem Maildienst geöffnet, der die Bilder für seine Lesenden holt.',
  outlook_web_open:
    'Von Microsoft geholt: höchstwahrscheinlich Outlook im Web, das die Mail zeigt; der Virenscanner sieht aber genauso aus.',
  mail_provider_open:
    'Von einem Mailanbieter geholt, der Bilder für seine Lesenden lädt, höchstwahrscheinlich weil jemand die Mail geöffnet hat.',
  gmail_spoofed:
    'Die Anfrage gab sich als Bildlader von Gmail aus, kam aber nicht von Google: eine verkleidete Maschine.',
  mail_gateway: 'Von einem Sicherheits-Gateway geholt, das Bilder prüft, bevor die Mail ankommt.',
  security_vendor: 'Aus dem Netz einer Firma für Mailsicherheit geholt, höchstwahrscheinlich bei der Prüfung der Mail.',
  scanner_agent: 'Das Programm nannte sich selbst einen Prüfer von Mails oder Links.',
  scanner_burst:
    'Pixel vieler Ihrer Kollegen wurden binnen Sekunden von derselben Maschine geholt: ein Prüfer, der die Mails durchgeht, und niemand, der liest.',
  bot_agent: 'Das Programm nannte sich selbst einen Bot oder Crawler.',
  bot_list: 'Das Programm ist ein bekannter Bot, Crawler oder eine Linkvorschau.',
  malformed_agent: 'Das Programm gab sich als Browser aus, schrieb seinen Namen aber, wie kein Browser es tut.',
  library_agent: 'Von einem Skript oder Programmierwerkzeug geholt, nicht von einem Mailprogramm.',
  mail_client: 'Die Mail wurde in einem Mailprogramm auf dem eigenen Gerät geöffnet.',
  app_on_device:
    'In einer App auf Telefon oder Computer geöffnet, die kein bekanntes Mailprogramm ist: höchstwahrscheinlich liest jemand.',
  browser: 'Die Mail wurde in einem Webbrowser geöffnet, wie bei Webmail.',
  apple_mail_or_outlook:
    'Die Mail wurde in Apple Mail oder im neuen Outlook geöffnet. Die beiden lassen sich nicht unterscheiden.',
  relay_browser: 'Die Mail wurde über ein Datenschutz-Relay oder einen Firmenproxy geöffnet; der Ort bleibt verborgen.',
  cloud_browser:
    'Die Anfrage sieht nach einem Webbrowser aus, kam aber aus einem Rechenzentrum: jemand an einem entfernten Arbeitsplatz, oder eine Maschine.',
  sync_agent:
    'Von einem Hintergrunddienst eines Telefons oder Computers geholt. Ob jemand hinsah, lässt sich nicht sagen.',
  app_agent: 'Von einer App geholt, die kein bekanntes Mailprogramm ist. Ob jemand hinsah, lässt sich nicht sagen.',
  own_device: 'Ihre eigene Öffnung, nicht gezählt: Sie kam von einem Gerät, das bei MailTracker angemeldet ist.',
  own_network:
    'Kam aus einem Netz, in dem jemand aus Ihrem Team angemeldet ist: vielleicht Sie selbst oder ein Kollege, daher wenig sicher.',
  install_test: 'Teil eines Installationstests; zählt nirgends.',
};
