// Serves FerretDB, an implementation of the MongoDB protocol that nobody here wrote, on loopback, for the tests.
// It prints its URI when it listens, and ends with its standard input or on SIGTERM.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:27717", "address on loopback")
	folder := flag.String("folder", "", "existing folder for SQLite files (one client at a time)")
	postgres := flag.String("postgres", "", "PostgreSQL URI instead of SQLite (several clients)")
	flag.Parse()

	config := &ferretdb.Config{Listener: ferretdb.ListenerConfig{TCP: *listen}}
	if *postgres != "" {
		config.Handler = "postgresql"
		config.PostgreSQLURL = *postgres
	} else {
		config.Handler = "sqlite"
		config.SQLiteURL = "file:" + *folder + "/"
	}
	server, err := ferretdb.New(config)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Println(server.MongoDBURI())
	if err := server.Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
