// Runs a file of `mmfer export` on the crop of a face, in a browser or in Node.

const UTF8 = new TextDecoder();

// The metadata of an ONNX file: entries of field 14 of the protobuf message, JSON texts by name.
export function readMetadata(bytes) {
  const metadata = {};
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 14) {
      const entry = Object.fromEntries(fieldsOf(value));
      metadata[UTF8.decode(entry[1])] = JSON.parse(UTF8.decode(entry[2] ?? new Uint8Array()));
    }
  }
  if (!metadata.classes || !metadata.preprocessing) {
    throw new Error('The file has no metadata of mmfer. Write it with "mmfer export".');
  }
  return metadata;
}

// Numbers and values of the fields of a protobuf message; only values with a length are kept.
function* fieldsOf(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (at >= bytes.length) throw new Error('The ONNX file is truncated. Copy it again.');
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new Error('The ONNX file is truncated. Copy it again.');
      yield [(tag - kind) / 8, bytes.subarray(at, at + length)];
      at += length;
    } else if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else throw new Error('This is no ONNX file.');
  }
}

// An image {width, height, data} with data in RGB, one byte each, from RGBA as canvases give it.
export function rgbOf({ width, height, data }) {
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) rgb.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, data: rgb };
}

// For each new pixel, the old pixels on this axis and their shares, as OpenCV computes them.
const AXES = {
  // INTER_AREA, if no side grows: means.
  means(from, to, scale, i) {
    const [start, end] = [i * scale, Math.min((i + 1) * scale, from)];
    const found = [];
    for (let j = Math.floor(start); j < Math.min(Math.ceil(end), from); j++) {
      const share = (Math.min(end, j + 1) - Math.max(start, j)) / (end - start);
      if (share > 1e-9) found.push([j, share]);
    }
    return found;
  },
  // INTER_AREA, if one side shrinks and the other grows: between two pixels, on both axes.
  areas(from, to, scale, i) {
    const left = Math.floor(i * scale);
    return between(left, Math.max(i + 1 - ((left + 1) * to) / from, 0), from);
  },
  // INTER_LINEAR.
  linear(from, to, scale, i) {
    const place = Math.max((i + 0.5) * scale - 0.5, 0);
    return between(Math.floor(place), place - Math.floor(place), from);
  },
};

function between(left, share, from) {
  const last = from - 1;
  return [[Math.min(left, last), 1 - share], [Math.min(left + 1, last), share]];
}

export function resizeSquare({ width, height, data }, size) {
  if (width === size && height === size) return { width, height, data };
  const [grows, shrinks] = [size > Math.min(width, height), size < Math.max(width, height)];
  const kind = !shrinks ? 'linear' : grows ? 'areas' : 'means';
  const shares = (from) => {
    const scale = 1 / (size / from); // rounded as in OpenCV
    return Array.from({ length: size }, (_, i) => AXES[kind](from, size, scale, i));
  };
  const [columns, rows] = [shares(width), shares(height)];
  const out = new Uint8Array(3 * size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (const [row, b] of rows[y]) {
          for (const [column, a] of columns[x]) {
            sum += a * b * data[3 * (row * width + column) + channel];
          }
        }
        out[3 * (y * size + x) + channel] = Math.round(sum);
      }
    }
  }
  return { width: size, height: size, data: out };
}

function toGray({ width, height, data }, weights) {
  const total = weights[0] + weights[1] + weights[2];
  const [blue, green, red] = weights.map((weight) => weight / total); // rounded as in Python
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    out.fill(Math.floor(blue * data[i + 2] + green * data[i + 1] + red * data[i]), i, i + 3);
  }
  return { width, height, data: out };
}

// The input (3, H, W) of the network, floats from 0 to 255, from an RGB image.
export function networkInput(metadata, image) {
  for (const step of metadata.preprocessing.pipeline) {
    const name = step.type.split('.').pop();
    if (name === 'ResizeFace') image = resizeSquare(image, step.size);
    else if (name === 'RandomGrayscale' && step.prob === 1 && step.keep_channels) {
      image = toGray(image, step.channel_weights ?? [1, 1, 1]);
    } else if (!/^(Load(ExpressionImage|ImageFromFile)|SensorNoise|Pack\w+)$/.test(name)) {
      throw new Error(`This page cannot do the step ${JSON.stringify(step)} of the file.`);
    }
  }
  const pixels = image.width * image.height;
  const values = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < 3; channel++) {
      values[channel * pixels + i] = image.data[3 * i + channel];
    }
  }
  return { values, shape: [1, 3, image.height, image.width] };
}

// The confidences by name, best first, from the scores of the network.
export function confidences(metadata, scores) {
  let values = Array.from(scores);
  if (metadata.calibration) {
    const powers = values.map((p) => Math.max(p, 1e-12) ** (1 / metadata.calibration.temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    values = powers.map((power) => power / sum);
  }
  const named = metadata.classes.map((name, i) => [name, values[i]]);
  const unknown = new Set(metadata.unknown_attributes);
  return named.filter(([name]) => !unknown.has(name)).sort((a, b) => b[1] - a[1]);
}

// From an RGB image of a face to confidences. `ort` is the module onnxruntime-web.
export async function classify(ort, session, metadata, image) {
  const { values, shape } = networkInput(metadata, image);
  const images = new ort.Tensor('float32', values, shape);
  const { scores } = await session.run({ images });
  return confidences(metadata, scores.data);
}
