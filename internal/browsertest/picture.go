package browsertest

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/chromedp"
)

// Pictures keeps a page as it looks on a desk and on a phone, light and dark, in small files of a folder:
// NAME.png, NAME-dark.png, NAME-phone.png, NAME-phone-dark.png. No two of them may be the same. at is what is
// to stand at the top of the picture, "" for the page's own top.
func (b *Tab) Pictures(folder, name, at string) {
	b.Helper()
	taken := map[string]string{}
	for _, size := range []struct {
		suffix     string
		wide, high int64
	}{{"", 1366, 768}, {"-phone", 390, 844}} {
		b.Do(chromedp.EmulateViewport(size.wide, size.high))
		for _, dark := range []bool{false, true} {
			b.Dark(dark)
			b.Do(chromedp.Evaluate[chromedp.Void](`(() => { window.scrollTo(0, 0); const e = ` + quoted(at) + ` && document.querySelector(` + quoted(at) + `); if (e) { e.scrollIntoView(); window.scrollBy(0, -12) } })()`))
			file := name + size.suffix + map[bool]string{true: "-dark"}[dark] + ".png"
			picture := b.picture()
			if same, already := taken[string(picture)]; already {
				b.Errorf("%s looks like %s", file, same)
			}
			taken[string(picture)] = file
			if err := os.WriteFile(filepath.Join(folder, file), picture, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Dark(false)
	b.Do(chromedp.EmulateViewport(1366, 768))
}

func (b *Tab) picture() []byte {
	b.Helper()
	whole, err := png.Decode(bytes.NewReader(Read(b, chromedp.CaptureScreenshot())))
	if err != nil {
		b.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewColours(whole)); err != nil {
		b.Fatal(err)
	}
	return small.Bytes()
}

// fewColours is a picture in at most 200 colours: those that it has most of, none of them nearly the same as
// another, so that a small orange dot keeps its own beside all the shades at the edges of letters.
func fewColours(whole image.Image) *image.Paletted {
	all := image.NewRGBA(whole.Bounds())
	draw.Draw(all, all.Bounds(), whole, whole.Bounds().Min, draw.Src)
	often := map[color.RGBA]int{}
	each(all.Bounds(), func(x, y int) { often[all.RGBAAt(x, y)]++ })
	palette := paletteOf(often)
	small, nearest := image.NewPaletted(all.Bounds(), palette), map[color.RGBA]uint8{}
	each(all.Bounds(), func(x, y int) {
		c := all.RGBAAt(x, y)
		i, known := nearest[c]
		if !known {
			i = uint8(palette.Index(c))
			nearest[c] = i
		}
		small.SetColorIndex(x, y, i)
	})
	return small
}

func each(within image.Rectangle, do func(x, y int)) {
	for y := within.Min.Y; y < within.Max.Y; y++ {
		for x := within.Min.X; x < within.Max.X; x++ {
			do(x, y)
		}
	}
}

const (
	mostColours = 200
	// apart is how far two colours are at least, as the sum of the squares of their differences.
	apart = 200
)

func paletteOf(often map[color.RGBA]int) (palette color.Palette) {
	colours := slices.SortedFunc(maps.Keys(often), func(a, b color.RGBA) int {
		return cmp.Or(often[b]-often[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	for _, c := range colours {
		alone := !slices.ContainsFunc(palette, func(other color.Color) bool { return distance(c, other.(color.RGBA)) < apart })
		if alone && len(palette) < mostColours {
			palette = append(palette, c)
		}
	}
	return palette
}

func distance(a, b color.RGBA) int {
	r, g, bl := int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B)
	return r*r + g*g + bl*bl
}
