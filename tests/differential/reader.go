// SPDX-License-Identifier: Apache-2.0

// The other reader of YAML: go-yaml v3, with which Docker Compose reads a file. Documents come on
// standard input, each behind a line with its length; for each one line goes out: the tree, or "E"
// and why there is none.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// tree takes a node as go-yaml hands it to a decoder: aliases and merge keys resolved by it.
type tree struct{ text string }

func (t *tree) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		pairs := map[string]*tree{}
		if err := n.Decode(&pairs); err != nil {
			return err
		}
		var items []string
		for key, value := range pairs {
			items = append(items, fmt.Sprintf("%x:%s", key, value.show()))
		}
		sort.Strings(items)
		t.text = "{" + strings.Join(items, ",") + "}"
	case yaml.SequenceNode:
		var list []*tree
		if err := n.Decode(&list); err != nil {
			return err
		}
		var items []string
		for _, value := range list {
			items = append(items, value.show())
		}
		t.text = "[" + strings.Join(items, ",") + "]"
	default:
		t.text = fmt.Sprintf("<%x>", n.Value)
	}
	return nil
}

// A null is not handed over: what is left is empty.
func (t *tree) show() string {
	if t == nil || t.text == "" {
		return "~"
	}
	return t.text
}

// Compose takes no key that is null; a map of texts would lose it without a word.
func hasNullKey(n *yaml.Node) bool {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			key := child
			if key.Kind == yaml.AliasNode {
				key = key.Alias
			}
			if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!null" {
				return true
			}
		}
		if hasNullKey(child) {
			return true
		}
	}
	return false
}

func read(document []byte) (line string) {
	defer func() {
		if r := recover(); r != nil {
			line = fmt.Sprintf("E panic: %v", r)
		}
	}()
	var first, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	if err := decoder.Decode(&first); err != nil {
		return "E " + err.Error()
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			return "E " + err.Error()
		}
		return "E more than one document"
	}
	if hasNullKey(&first) {
		return "E a key is null"
	}
	/* as Compose does; this is what notices that an alias stands inside its own anchor */
	var any interface{}
	if err := first.Decode(&any); err != nil {
		return "E " + err.Error()
	}
	var root tree
	if err := first.Decode(&root); err != nil {
		return "E " + err.Error()
	}
	return root.show()
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		var size int
		if _, err := fmt.Fscanf(in, "%d\n", &size); err != nil {
			return
		}
		document := make([]byte, size)
		if _, err := io.ReadFull(in, document); err != nil {
			panic(err)
		}
		fmt.Fprintln(out, strings.ReplaceAll(read(document), "\n", " "))
	}
}
