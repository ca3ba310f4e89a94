package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/manicminer/hamilton/msgraph"
)

// Hamilton has no calls of its own for $batch and delta: these go through its base client, with its authorizer and retries.

func batch(ctx context.Context, users *msgraph.UsersClient, userId string) {
	body := fmt.Sprintf(`{"requests":[
		{"id":"a","method":"PATCH","url":"/users/%[1]s","headers":{"Content-Type":"application/json"},"body":{"city":"Boston"}},
		{"id":"b","method":"GET","url":"/users/%[1]s?$select=city","dependsOn":["a"]},
		{"id":"c","method":"GET","url":"/users/nobody@nowhere.example"},
		{"id":"d","method":"GET","url":"/users/%[1]s","dependsOn":["c"]}]}`, userId)
	response, _, _, err := users.BaseClient.Post(ctx, msgraph.PostHttpRequestInput{
		Body: []byte(body), ValidStatusCodes: []int{200}, Uri: msgraph.Uri{Entity: "/$batch"},
	})
	must(err)
	defer response.Body.Close()
	var answers struct {
		Responses []struct {
			Id     string
			Status int
			Body   struct{ City string }
		}
	}
	must(json.NewDecoder(response.Body).Decode(&answers))
	statuses := map[string]int{}
	city := ""
	for _, one := range answers.Responses {
		statuses[one.Id] = one.Status
		city += one.Body.City
	}
	wanted := map[string]int{"a": 204, "b": 200, "c": 404, "d": 424}
	expect(fmt.Sprint(statuses) == fmt.Sprint(wanted), "batch answered %v", statuses)
	expect(city == "Boston", "the dependent read sees the write, not %q", city)
	passed("batch: a write, what depends on it, a refusal and what it takes along")
}

// delta starts now; the function that it returns reads what changed since, as JSON.
func delta(ctx context.Context, users *msgraph.UsersClient) func() string {
	get := func(token string) string {
		response, _, _, err := users.BaseClient.Get(ctx, msgraph.GetHttpRequestInput{
			ValidStatusCodes: []int{200}, DisablePaging: true,
			Uri: msgraph.Uri{Entity: "/users/delta", Params: url.Values{"$deltatoken": {token}}},
		})
		must(err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		must(err)
		return string(text)
	}
	var latest struct {
		Link string `json:"@odata.deltaLink"`
	}
	must(json.Unmarshal([]byte(get("latest")), &latest))
	link, err := url.Parse(latest.Link)
	must(err)
	token := link.Query().Get("$deltatoken")
	expect(token != "" && strings.HasPrefix(link.Path, "/beta/"), "a delta link under /beta, not %s", latest.Link)
	return func() string { return get(token) }
}
