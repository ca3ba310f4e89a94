// Hamilton, a Go client of Microsoft Graph by people outside Microsoft, as it ships, against the sandbox. Only the endpoints
// are set; the certificate authority comes from SSL_CERT_FILE. It prefers /beta, puts the tenant's id into every path and asks
// for full metadata. Reads the sandbox's ready line from the file named as the first argument.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/manicminer/hamilton/auth"
	"github.com/manicminer/hamilton/environments"
	"github.com/manicminer/hamilton/msgraph"
	"github.com/manicminer/hamilton/odata"
)

type ready struct {
	Graph, Authority, Control, TenantId, ClientId, ClientSecret string
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func expect(holds bool, text string, values ...interface{}) {
	if !holds {
		log.Fatalf("not so: "+text, values...)
	}
}

func passed(step string) {
	fmt.Println("  passed: " + step)
}

func pointer[T any](value T) *T {
	return &value
}

func main() {
	ctx := context.Background()
	line, err := os.ReadFile(os.Args[1])
	must(err)
	var sandbox ready
	must(json.Unmarshal(bytes.SplitN(line, []byte("\n"), 2)[0], &sandbox))

	environment := environments.Global
	environment.AzureADEndpoint = environments.AzureADEndpoint(sandbox.Authority)
	environment.MsGraph.Endpoint = environments.ApiEndpoint(sandbox.Graph)
	config := auth.Config{
		Environment: environment, TenantID: sandbox.TenantId, ClientID: sandbox.ClientId,
		ClientSecret: sandbox.ClientSecret, EnableClientSecretAuth: true,
	}
	authorizer, err := config.NewAuthorizer(ctx, environment.MsGraph)
	must(err)
	prepare := func(client *msgraph.Client) {
		client.Authorizer = authorizer
		client.Endpoint = environment.MsGraph.Endpoint
	}
	domains := msgraph.NewDomainsClient(sandbox.TenantId)
	users := msgraph.NewUsersClient(sandbox.TenantId)
	groups := msgraph.NewGroupsClient(sandbox.TenantId)
	units := msgraph.NewAdministrativeUnitsClient(sandbox.TenantId)
	for _, client := range []*msgraph.Client{
		&domains.BaseClient, &users.BaseClient, &groups.BaseClient, &units.BaseClient,
	} {
		prepare(client)
	}

	known, _, err := domains.List(ctx, odata.Query{})
	must(err)
	domain := ""
	for _, one := range *known {
		if one.IsDefault != nil && *one.IsDefault {
			domain = *one.ID
		}
	}
	expect(domain != "", "there is a default domain")
	passed("sign in, read the domains")

	var made []msgraph.User
	members := msgraph.Members{}
	for _, name := range []string{"mary", "annie"} {
		user, _, err := users.Create(ctx, msgraph.User{
			AccountEnabled: pointer(true), DisplayName: pointer("Go " + name),
			MailNickname: pointer("go-" + name), UserPrincipalName: pointer("go-" + name + "@" + domain),
			PasswordProfile: &msgraph.UserPasswordProfile{Password: pointer("Correct-Horse-1")},
		})
		must(err)
		made = append(made, *user)
		object := user.DirectoryObject
		object.ODataId = pointer(odata.Id(sandbox.Graph + "/v1.0/" + sandbox.TenantId + "/directoryObjects/" + *user.ID))
		members = append(members, object)
	}
	group, _, err := groups.Create(ctx, msgraph.Group{
		DisplayName: pointer("Go readers"), MailEnabled: pointer(false), MailNickname: pointer("go-readers"),
		SecurityEnabled: pointer(true),
	})
	must(err)
	group.Members = &members
	_, err = groups.AddMembers(ctx, group)
	must(err)
	_, err = groups.AddMembers(ctx, group) // takes "already exist" as done
	must(err)
	found, _, err := groups.ListMembers(ctx, *group.ID)
	must(err)
	expect(len(*found) == 2, "the group has two members, not %d", len(*found))
	passed("create users and a group, add members twice")

	everyone, _, err := users.List(ctx, odata.Query{Select: []string{"id", "displayName"}})
	must(err)
	counted, _, err := users.List(ctx, odata.Query{
		ConsistencyLevel: odata.ConsistencyLevelEventual, Count: true, Top: 999,
		Filter: "userType ne 'Nothing' or userType eq null",
	})
	must(err)
	expect(len(*everyone) == len(*counted) && len(*everyone) > 200, "%d paged, %d counted", len(*everyone), len(*counted))
	filtered, _, err := users.List(ctx, odata.Query{Filter: "startswith(userPrincipalName,'go-')"})
	must(err)
	expect(len(*filtered) == 2, "the filter finds two users, not %d", len(*filtered))
	passed("page through every user, filter plainly and as an advanced query")

	batch(ctx, users, *made[0].ID)

	_, err = users.Update(ctx, msgraph.User{
		DirectoryObject: msgraph.DirectoryObject{ID: made[0].ID}, JobTitle: pointer(msgraph.StringNullWhenEmpty("Astronomer")),
	})
	must(err)
	_, err = users.AssignManager(ctx, *made[0].ID, msgraph.User{DirectoryObject: members[1]})
	must(err)
	manager, _, err := users.GetManager(ctx, *made[0].ID)
	must(err)
	expect(*manager.ID == *made[1].ID, "the manager is read back")
	passed("update, set a manager")

	_, _, err = units.List(ctx, odata.Query{})
	must(err)
	passed("list administrative units where /beta has them")

	fault := fmt.Sprintf(`{"name":"throttle","path":%q,"times":1,"retryAfter":1}`, *made[0].ID)
	armed, err := http.Post(sandbox.Control+"/_sandbox/fault", "application/json", strings.NewReader(fault))
	must(err)
	expect(armed.StatusCode == 200, "the fault is armed")
	_, _, err = users.Get(ctx, *made[0].ID, odata.Query{})
	must(err)
	passed("wait and try again when throttled")

	changes := delta(ctx, users)
	_, err = users.Delete(ctx, *made[0].ID)
	must(err)
	bin, _, err := users.ListDeleted(ctx, odata.Query{})
	must(err)
	inBin := false
	for _, one := range *bin {
		inBin = inBin || *one.ID == *made[0].ID
	}
	expect(inBin, "the deleted user lies in the recycle bin")
	expect(strings.Contains(changes(), `"@removed":{"reason":"changed"}`), "delta tells the deletion")
	restored, _, err := users.RestoreDeleted(ctx, *made[0].ID)
	must(err)
	expect(*restored.ID == *made[0].ID, "restored under the same id")
	again, _, err := groups.ListMembers(ctx, *group.ID)
	must(err)
	expect(len(*again) == 2, "the membership came back with the user")
	passed("delete, find in the recycle bin, see it in delta, restore under the same id")
}
