// The loops anybody would write for (H − z)⁻¹: plain JavaScript, one site after the other, in double precision. The
// kernels' speed on the page is told in multiples of theirs; src/study/speed/ measures both and has the same loops
// in Rust.

/** G_ii of rows of so many sites by two sweeps. */
export function green(sites, energy, eta, v, re, im) {
  for (let start = 0; start < v.length; start += sites) {
    const end = start + sites;
    let a = 0;
    let b = 0;
    for (let i = start; i < end; i++) {
      re[i] = a;
      im[i] = b;
      const x = v[i] - energy - a;
      const y = eta + b;
      const q = 1 / (x * x + y * y);
      a = x * q;
      b = y * q;
    }
    a = 0;
    b = 0;
    for (let i = end - 1; i >= start; i--) {
      const x = v[i] - energy - a;
      const y = eta + b;
      const s = x - re[i];
      const t = y + im[i];
      const p = 1 / (s * s + t * t);
      re[i] = s * p;
      im[i] = t * p;
      const q = 1 / (x * x + y * y);
      a = x * q;
      b = y * q;
    }
  }
}

/** L_i by one sweep. */
export function causal(sites, energy, eta, v, re, im) {
  for (let start = 0; start < v.length; start += sites) {
    const end = start + sites;
    let a = 0;
    let b = 0;
    for (let i = start; i < end; i++) {
      const x = v[i] - energy - a;
      const y = eta + b;
      const q = 1 / (x * x + y * y);
      a = x * q;
      b = y * q;
      re[i] = a;
      im[i] = b;
    }
  }
}

/** G_ii, and −Re s_i for the cotangents given in their parts. */
export function gradient(sites, energy, eta, v, gRe, gIm, re, im, derivatives) {
  // g + A of the row at hand.
  const sumsRe = new Float64Array(sites);
  const sumsIm = new Float64Array(sites);
  for (let start = 0; start < v.length; start += sites) {
    const end = start + sites;
    let a = 0;
    let b = 0;
    let cRe = 0;
    let cIm = 0;
    for (let i = start; i < end; i++) {
      re[i] = a;
      im[i] = b;
      const sRe = gRe[i] + cRe;
      const sIm = gIm[i] + cIm;
      sumsRe[i - start] = sRe;
      sumsIm[i - start] = sIm;
      const x = v[i] - energy - a;
      const y = eta + b;
      const q = 1 / (x * x + y * y);
      a = x * q;
      b = y * q;
      const squareRe = a * a - b * b;
      const squareIm = 2 * a * b;
      cRe = squareRe * sRe - squareIm * sIm;
      cIm = squareRe * sIm + squareIm * sRe;
    }
    a = 0;
    b = 0;
    cRe = 0;
    cIm = 0;
    for (let i = end - 1; i >= start; i--) {
      const x = v[i] - energy - a;
      const y = eta + b;
      const s = x - re[i];
      const t = y + im[i];
      const p = 1 / (s * s + t * t);
      const green = s * p;
      const density = t * p;
      re[i] = green;
      im[i] = density;
      const allRe = sumsRe[i - start] + cRe;
      const allIm = sumsIm[i - start] + cIm;
      derivatives[i] = 2 * green * density * allIm - (green * green - density * density) * allRe;
      const q = 1 / (x * x + y * y);
      a = x * q;
      b = y * q;
      const sRe = gRe[i] + cRe;
      const sIm = gIm[i] + cIm;
      const squareRe = a * a - b * b;
      const squareIm = 2 * a * b;
      cRe = squareRe * sRe - squareIm * sIm;
      cIm = squareRe * sIm + squareIm * sRe;
    }
  }
}

/** The browser, as it names itself. */
export function browser() {
  return navigator.userAgent;
}
