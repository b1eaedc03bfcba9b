// Scans a QR code with the camera, where the browser can: BarcodeDetector and getUserMedia.

import { at, write } from './dom.js';
import { text } from './texts.js';

const EVERY = 250; // milliseconds between two looks at the picture

export async function canScan() {
  if (!('BarcodeDetector' in window) || !navigator.mediaDevices?.getUserMedia) return false;
  const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  return formats.includes('qr_code');
}

export class Scanner {
  // `take(scanned)` throws an Error with a sentence for a code that is of no use: scanning goes on.
  constructor(take) {
    this.take = take;
    this.dialog = at('scanner');
    this.video = at('scanner-video');
    at('scanner-cancel').addEventListener('click', () => this.dialog.close());
    this.dialog.addEventListener('close', () => this.#stop());
  }

  async scan() {
    write(at('scanner-status'), text('point_camera'));
    this.dialog.showModal();
    try {
      const camera = { video: { facingMode: 'environment' } };
      this.video.srcObject = await navigator.mediaDevices.getUserMedia(camera);
    } catch {
      write(at('scanner-status'), text('no_camera'));
      return;
    }
    await this.#look(new window.BarcodeDetector({ formats: ['qr_code'] }));
  }

  async #look(detector) {
    while (this.dialog.open) {
      const [found] = await detector.detect(this.video).catch(() => []);
      if (found && this.dialog.open) this.#try(found.rawValue);
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
    this.#stop(); // it was closed before the camera began
  }

  #try(scanned) {
    try {
      this.take(scanned);
      this.dialog.close();
    } catch (problem) {
      write(at('scanner-status'), problem.message);
    }
  }

  #stop() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }
}
