/** What goes onto the clipboard: the formatted form for programs that take it, and the words for the rest. */
export interface Copied {
  readonly html: string | null;
  readonly text: string;
}

/**
 * True when it is on the clipboard. Browsers hide the clipboard from plain http (a self-hosted trial on a LAN), where a
 * copy command with our own data is the way. The HTML never enters this document: its pixel would load and count.
 */
export async function copyToClipboard(copied: Copied): Promise<boolean> {
  if (window.isSecureContext && typeof ClipboardItem === 'function') {
    const written = await navigator.clipboard.write([toClipboardItem(copied)]).then(
      () => true,
      () => false,
    );
    if (written) return true;
  }
  return copyByCommand(copied);
}

function toClipboardItem({ html, text }: Copied): ClipboardItem {
  const plain = { 'text/plain': new Blob([text], { type: 'text/plain' }) };
  return new ClipboardItem(html === null ? plain : { ...plain, 'text/html': new Blob([html], { type: 'text/html' }) });
}

function copyByCommand({ html, text }: Copied): boolean {
  let isFilled = false;
  const fill = (event: ClipboardEvent) => {
    if (!event.clipboardData) return;
    event.clipboardData.setData('text/plain', text);
    if (html !== null) event.clipboardData.setData('text/html', html);
    event.preventDefault();
    event.stopImmediatePropagation();
    isFilled = true;
  };
  // Some browsers copy only where something is selected.
  const anchor = document.createElement('textarea');
  anchor.value = text;
  anchor.readOnly = true;
  anchor.style.position = 'fixed';
  anchor.style.opacity = '0';
  const focused = document.activeElement;
  document.body.append(anchor);
  anchor.select();
  document.addEventListener('copy', fill, { capture: true });
  try {
    return document.execCommand('copy') && isFilled;
  } finally {
    document.removeEventListener('copy', fill, { capture: true });
    anchor.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
