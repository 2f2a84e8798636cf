// Starts the page: looks first whether the browser can run it, and says in words what went wrong.

const reload = 'Check the connection and reload the page; if it happens again, try another browser.';
const newer = 'Please open this page in a current Firefox, Chrome, Edge or Safari.';

// The smallest module with a 128-bit instruction, the kind that all code here is compiled to.
const simd = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // "\0asm", version 1
  0x01, 0x04, 0x01, 0x60, 0x00, 0x00, // one type: nothing to nothing
  0x03, 0x02, 0x01, 0x00, // one function, of that type
  0x0a, 0x09, 0x01, 0x07, 0x00, // its body of seven bytes, no locals
  0x41, 0x00, 0xfd, 0x0f, 0x1a, 0x0b, // i32.const 0, i8x16.splat, drop, end
);

// A browser that knows module workers asks for the type before it notices that the address is none.
function moduleWorkers() {
  let asked = false;
  const options = {
    get type() {
      asked = true;
      return 'module';
    },
  };
  try {
    new Worker('https://:', options).terminate();
  } catch {
    // Expected: there is no such address.
  }
  return asked;
}

function obstacle() {
  if (typeof WebAssembly !== 'object') {
    return `WebAssembly is missing or switched off in this browser, and BK Lab computes with it. ${newer}`;
  }
  if (!WebAssembly.validate(simd)) {
    return `This browser's WebAssembly lacks 128-bit instructions (SIMD), and BK Lab is compiled to them. ${newer}`;
  }
  if (typeof Worker !== 'function' || !moduleWorkers()) {
    return `This browser has no module workers, and BK Lab computes in one. ${newer}`;
  }
  return null;
}

function say(sentence) {
  const paragraph = document.createElement('p');
  paragraph.setAttribute('role', 'alert');
  paragraph.textContent = sentence;
  const place = document.getElementById('boot') ?? document.body.appendChild(document.createElement('main'));
  place.replaceChildren(paragraph);
}

// A page whose program has panicked shows everything and answers nothing: better to say so.
function stopped(event) {
  if (event.error instanceof WebAssembly.RuntimeError) {
    const paragraph = document.createElement('p');
    paragraph.setAttribute('role', 'alert');
    paragraph.className = 'notice trouble';
    paragraph.textContent = `The page has stopped (${event.message}). Reload it: the settings are kept in its address.`;
    document.body.prepend(paragraph);
  }
}

async function boot() {
  const sentence = obstacle();
  if (sentence) {
    say(sentence);
    return;
  }
  addEventListener('error', stopped);
  try {
    const { default: init, start } = await import('./page/program.js');
    await init();
    start(new URL('./worker.js', import.meta.url).href);
  } catch (error) {
    say(`BK Lab could not start: ${error instanceof Error ? error.message : error}. ${reload}`);
  }
}

boot();
