// Where one looks: which part of the square from -1 to 1 the window shows, and how it is moved.

const CLOSEST = 400; // times the whole
const WIDE = 0.92; // share of the window that the whole takes

export class MapView {
  constructor() {
    this.width = 1;
    this.height = 1;
    this.whole();
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
  }

  whole() {
    this.x = 0;
    this.y = 0;
    this.zoom = 1;
  }

  // Pixels for one unit of the map.
  get scale() {
    return (Math.min(this.width, this.height) / 2) * WIDE * this.zoom;
  }

  // A pixel for a place, and back.
  toScreen(x, y) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale];
  }

  toMap(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y - (top - this.height / 2) / this.scale];
  }

  drag(right, down) {
    this.x = within(this.x - right / this.scale);
    this.y = within(this.y + down / this.scale);
  }

  // Closer or further; what lies under that pixel stays there.
  zoomBy(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toMap(left, top);
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), CLOSEST);
    const [nowX, nowY] = this.toMap(left, top);
    this.x = within(this.x + x - nowX);
    this.y = within(this.y + y - nowY);
  }

  show(x, y, zoom) {
    this.x = x;
    this.y = y;
    this.zoom = Math.max(this.zoom, zoom);
  }
}

const within = (value) => Math.min(Math.max(value, -1), 1);
