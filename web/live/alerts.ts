import type { Signal } from '../../src/contract/signal.ts';
import { loadWords, readWords } from '../messages/use-words.ts';

// What a new signal does besides standing on the screen: a notification and a sound, each only where it was asked for
// in this browser. Of all tabs only the one that hears the server does it.

export type AlertKind = 'notify' | 'sound';

const NAMES: Readonly<Record<AlertKind, string>> = {
  notify: 'mailtracker-alert-notify',
  sound: 'mailtracker-alert-sound',
};

export function isAlertOn(kind: AlertKind): boolean {
  try {
    return localStorage.getItem(NAMES[kind]) === 'on';
  } catch {
    return false;
  }
}

/** False: the browser does not let us notify. */
export async function turnAlert(kind: AlertKind, isOn: boolean): Promise<boolean> {
  if (kind === 'notify' && isOn && (await askToNotify()) !== 'granted') return false;
  try {
    if (isOn) localStorage.setItem(NAMES[kind], 'on');
    else localStorage.removeItem(NAMES[kind]);
  } catch {
    return false;
  }
  if (kind === 'sound' && isOn) playTone();
  return true;
}

export function canNotify(): boolean {
  return 'Notification' in window;
}

async function askToNotify(): Promise<NotificationPermission> {
  if (!canNotify()) return 'denied';
  return Notification.permission === 'default' ? Notification.requestPermission() : Notification.permission;
}

/** Signals that wait for the member's digest, or that they muted, stay silent. */
export function raiseAlert(signal: Signal): void {
  if (signal.silencedFor !== null) return;
  if (isAlertOn('sound')) playTone();
  if (!isAlertOn('notify') || !canNotify() || Notification.permission !== 'granted') return;
  // Phones have notifications only through a service worker, which we have none of: there it throws.
  void notify(signal).catch(() => undefined);
}

/** In the person's language, which is here where Live was open before. */
async function notify(signal: Signal): Promise<void> {
  const [{ toSignalTitle, toSignalWords }] = await Promise.all([
    import('../pages/live/to-signal-words.ts'),
    loadWords('live'),
  ]);
  const words = readWords('live');
  const shown = new Notification(toSignalTitle(signal, words), { body: toSignalWords(signal, words), tag: signal.id });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

const TONE_SECONDS = 0.35;
const TONES_HZ = [660, 880];

/** Two soft tones. A tab that nobody has touched since it was loaded may not sound; then it stays silent. */
function playTone(): void {
  const audio = new AudioContext();
  TONES_HZ.forEach((hertz, i) => {
    const from = audio.currentTime + i * 0.16;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + TONE_SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + TONE_SECONDS);
  });
  setTimeout(() => void audio.close().catch(() => undefined), 1_500);
}
