// Draws the points: by WebGL, or on a plain canvas where the browser has none. Only when it is told.

export const OTHERS = 12; // the colour of genres beyond the commonest twelve
const VERTEX = `#version 300 es
in vec2 place; in float genre; in float chosen;
uniform vec2 centre; uniform vec2 scale; uniform float size;
uniform vec4 colours[${OTHERS + 1}];
out vec4 colour;
void main() {
  colour = colours[int(genre)];
  gl_Position = vec4((place - centre) * scale, colour.a == 0.0 ? 2.0 : 0.0, 1.0);
  gl_PointSize = size * (chosen > 0.5 ? 1.7 : 1.0);
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 colour; out vec4 drawn;
void main() {
  float far = length(gl_PointCoord - 0.5) * 2.0;
  drawn = vec4(colour.rgb, 1.0) * colour.a * (1.0 - smoothstep(0.75, 1.0, far));
}`;

// `points` is {x, y, genre}: places, and the colour of each. What comes back draws with a view, with
// colours [red, green, blue, alpha] of which clear ones are not drawn, and so many pixels to one of CSS.
export function drawer(canvas, points) {
  const gl = canvas.getContext("webgl2", { antialias: false });
  return gl ? withWebGl(gl, canvas, points) : withCanvas(canvas, points);
}

// Pixels across a point: larger when there are few, or one is close.
function sizeOf(count, view, density) {
  const size = Math.max(26 / (count + 1) ** 0.25, 3) * view.zoom ** 0.3;
  return Math.min(size, 16) * density;
}

function withWebGl(gl, canvas, points) {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  const count = points.x.length;
  const places = new Float32Array(2 * count);
  for (let n = 0; n < count; n += 1) {
    places[2 * n] = points.x[n];
    places[2 * n + 1] = points.y[n];
  }
  attribute(gl, program, "place", places, 2, gl.FLOAT);
  attribute(gl, program, "genre", points.genre, 1, gl.UNSIGNED_BYTE);
  const chosen = attribute(gl, program, "chosen", new Uint8Array(count), 1, gl.UNSIGNED_BYTE);
  const uniform = (name) => gl.getUniformLocation(program, name);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  return {
    choose(mask) {
      gl.bindBuffer(gl.ARRAY_BUFFER, chosen);
      gl.bufferSubData(gl.ARRAY_BUFFER, 0, mask);
    },
    draw(view, colours, density) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform2f(uniform("centre"), view.x, view.y);
      gl.uniform2f(uniform("scale"), (2 * view.scale) / view.width, (2 * view.scale) / view.height);
      gl.uniform1f(uniform("size"), sizeOf(count, view, density));
      gl.uniform4fv(uniform("colours"), colours.flat());
      gl.drawArrays(gl.POINTS, 0, count);
    },
  };
}

function attribute(gl, program, name, data, size, type) {
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  const where = gl.getAttribLocation(program, name);
  gl.enableVertexAttribArray(where);
  gl.vertexAttribPointer(where, size, type, false, 0, 0);
  return buffer;
}

function withCanvas(canvas, points) {
  const context = canvas.getContext("2d");
  let mask = new Uint8Array(points.x.length);
  return {
    choose(chosen) { mask = chosen; },
    draw(view, colours, density) {
      context.clearRect(0, 0, canvas.width, canvas.height);
      const size = sizeOf(points.x.length, view, density);
      const styles = colours.map(([red, green, blue, alpha]) => `rgb(${red * 255} ${green * 255} ${blue * 255} / ${alpha})`);
      for (let n = 0; n < points.x.length; n += 1) {
        if (!colours[points.genre[n]][3]) continue;
        const [left, top] = view.toScreen(points.x[n], points.y[n]);
        if (left < 0 || top < 0 || left > view.width || top > view.height) continue;
        context.fillStyle = styles[points.genre[n]];
        const own = mask[n] ? size * 1.7 : size;
        context.fillRect(left * density - own / 2, top * density - own / 2, own, own);
      }
    },
  };
}
