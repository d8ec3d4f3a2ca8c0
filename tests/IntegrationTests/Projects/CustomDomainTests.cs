using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Projects;

/// <summary>The life of a customer's own domain, over HTTP, from the deployment that asks for it until it is given up.</summary>
public sealed class CustomDomainTests(CloudService service) : IClassFixture<CloudService>
{
    private HostnameState Hostnames => service.Cloudflare.Hostnames;

    [Fact]
    public async Task Deploy_WithADomain_SaysWhatToPublishAndFollowsItUntilItIsLive()
    {
        var project = await service.NewProjectAsync();

        var done = await project.DeployAsync(project.Domain);

        ((string)done["status"]!).Should().Be("completed", "{0}", done);
        ((string)done["customDomain"]!).Should().Be(project.Domain);
        ((string)done["customDomainDetails"]!["status"]!).Should().Be("pending");
        done["customDomainDetails"]!["records"]!.AsArray().Select(record => (string)record!["name"]!)
            .Should().Contain($"_cf-custom-hostname.{project.Domain}", "the owner has to learn what to publish");
        (await service.ColumnAsync(project.Id, "custom_domain_status")).Should().Be("pending");
        (await service.ColumnAsync(project.Id, "custom_hostname_id")).Should().Be((string)Hostnames.Named(project.Domain)["id"]!);
        ((string?)await service.ColumnAsync(project.Id, "ownership_verification"))
            .Should().Contain($"_cf-custom-hostname.{project.Domain}");
        (await service.ColumnAsync(project.Id, "custom_domain_verified_at")).Should().BeNull();

        Hostnames.Move(project.Domain, "active", "pending_issuance");
        await project.ShowsAsync("verified");
        (await service.ColumnAsync(project.Id, "custom_domain_verified_at")).Should().NotBeNull();
        (await service.ColumnAsync(project.Id, "ssl_status")).Should().Be("pending_issuance");

        Hostnames.Move(project.Domain, "active", "active");
        await project.ShowsAsync("active");
        var view = await project.GetAsync();
        ((string)view["customDomainStatus"]!).Should().Be("active");
        ((string)view["customDomainDetails"]!["certificateStatus"]!).Should().Be("active");
    }

    [Theory]
    [InlineData("pending", "validation_timed_out")]
    [InlineData("moved", "active")]
    public async Task Deploy_WhenTheDomainHadFailed_StartsItAnew(string status, string certificate)
    {
        var project = await service.NewProjectAsync();
        await project.DeployAsync(project.Domain);
        Hostnames.Move(project.Domain, status, certificate);
        Hostnames.Named(project.Domain)["verification_errors"] = new JsonArray("custom hostname does not CNAME to this zone.");

        await project.ShowsAsync("failed");
        ((string)(await project.GetAsync())["customDomainDetails"]!["reason"]!).Should().Contain("does not CNAME");

        var again = await project.DeployAsync(domain: null, "another page");
        ((string)again["customDomainDetails"]!["status"]!).Should().Be("pending");
        ((string)Hostnames.Named(project.Domain)["ssl"]!["status"]!).Should().Be("pending_validation");
    }

    [Fact]
    public async Task Domain_WhenSomebodyRemovesItAtCloudflare_IsAddedAgain()
    {
        var project = await service.NewProjectAsync();
        await project.DeployAsync(project.Domain);
        Hostnames.Move(project.Domain, "active", "active");
        await project.ShowsAsync("active");

        Hostnames.ById.TryRemove((string)Hostnames.Named(project.Domain)["id"]!, out _);

        await Eventually.BecomesTrueAsync(
            () => Hostnames.ById.Values.Any(entry => (string)entry["hostname"]! == project.Domain), TimeSpan.FromSeconds(60),
            "the project still has the domain");
        await project.ShowsAsync("pending");
    }

    [Fact]
    public async Task Put_WhenTheDomainIsGivenUp_TakesItAwayAtCloudflare()
    {
        var project = await service.NewProjectAsync();
        await project.DeployAsync(project.Domain);

        await project.PutAsync(new JsonObject { ["customDomain"] = "" });

        await GoneAsync(project.Domain);
        (await service.ColumnAsync(project.Id, "custom_domain_status")).Should().BeNull();
        (await service.ColumnAsync(project.Id, "custom_hostname_id")).Should().BeNull();
    }

    [Fact]
    public async Task Deploy_WithAnotherDomain_GivesTheFirstOneUpForOtherProjects()
    {
        var (project, other) = (await service.NewProjectAsync(), await service.NewProjectAsync());
        await project.DeployAsync(project.Domain);

        await project.DeployAsync($"new-{project.Domain}", "second");

        await GoneAsync(project.Domain);
        Hostnames.Named($"new-{project.Domain}").Should().NotBeNull();
        ((string)(await other.DeployAsync(project.Domain))["status"]!).Should().Be("completed");
        (await service.ColumnAsync(other.Id, "custom_domain")).Should().Be(project.Domain);
    }

    [Fact]
    public async Task Deploy_WhenAnotherProjectHasTheDomain_IsRefused()
    {
        var (project, other) = (await service.NewProjectAsync(), await service.NewProjectAsync());
        await project.DeployAsync(project.Domain);

        using var refused = await other.PostAsync(project.Domain);

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("already used by another project");
    }

    [Fact]
    public async Task Deploy_WhenTwoProjectsAskForOneDomainAtOnce_GivesItToOne()
    {
        var (one, two) = (await service.NewProjectAsync(), await service.NewProjectAsync());

        var ends = await Task.WhenAll(one.DeployAsync(one.Domain), two.DeployAsync(one.Domain));

        ends.Select(end => (string)end["status"]!).Order().Should().Equal("completed", "failed");
        (await service.ClaimsAsync(one.Domain)).Should().Be(1);
        Hostnames.ById.Values.Count(entry => (string)entry["hostname"]! == one.Domain).Should().Be(1);
    }

    [Fact]
    public async Task Deploy_WhenItDoesNotGoLive_LeavesTheDomainThatTheProjectHad()
    {
        var project = await service.NewProjectAsync();
        await project.DeployAsync(project.Domain);
        service.Cloudflare.Fail("script upload", Fault.Code(400, 10021, "boom"));

        var failed = await project.DeployAsync($"new-{project.Domain}", "second");
        ((string)failed["status"]!).Should().Be("failed");
        var refreshed = service.Cloudflare.CountOf("custom hostname");
        await Eventually.BecomesTrueAsync(
            () => service.Cloudflare.CountOf("custom hostname") > refreshed + 2, TimeSpan.FromSeconds(60), "the job runs");

        (await service.ColumnAsync(project.Id, "custom_domain")).Should().Be(project.Domain);
        Hostnames.Named(project.Domain).Should().NotBeNull();
        Hostnames.ById.Values.Should().NotContain(entry => (string)entry["hostname"]! == $"new-{project.Domain}");
    }

    [Fact]
    public async Task Deploy_WhenCloudflareCannotTakeTheDomainNow_IsLiveAndTriesAgain()
    {
        var project = await service.NewProjectAsync();
        service.Cloudflare.Fail("new custom hostname", Fault.Html(503), times: 1_000); // the job tries again every second

        var done = await project.DeployAsync(project.Domain);

        ((string)done["status"]!).Should().Be("completed");
        ((string)done["customDomainDetails"]!["status"]!).Should().Be("pending");
        ((string)done["customDomainDetails"]!["reason"]!).Should().Contain("503");
        service.Cloudflare.Recover();
        await Eventually.BecomesTrueAsync(
            async () => await service.ColumnAsync(project.Id, "custom_hostname_id") is not null,
            TimeSpan.FromSeconds(60), "the job tries again");
    }

    [Fact]
    public async Task Deploy_WhenCloudflareRefusesTheDomain_IsLiveAndSaysWhy()
    {
        var project = await service.NewProjectAsync();
        service.Cloudflare.Fail("new custom hostname", Fault.Code(400, 1409, "reserved"));

        var done = await project.DeployAsync(project.Domain);

        ((string)done["status"]!).Should().Be("completed");
        ((string)done["customDomainDetails"]!["status"]!).Should().Be("failed");
        ((string)done["customDomainDetails"]!["reason"]!).Should().Contain("does not take the custom domain");
    }

    [Fact]
    public async Task Status_WhenTheDomainMoves_HasAnotherTag()
    {
        var project = await service.NewProjectAsync();
        var id = (string)(await project.DeployAsync(project.Domain))["deploymentId"]!;
        using var before = await service.Admin.GetAsync($"/deploy/{id}/status", TestContext.Current.CancellationToken);

        Hostnames.Move(project.Domain, "active", "active");
        await project.ShowsAsync("active");
        using var after = await service.Admin.GetAsync($"/deploy/{id}/status", TestContext.Current.CancellationToken);

        after.Headers.ETag.Should().NotBe(before.Headers.ETag);
    }

    private Task GoneAsync(string domain) => Eventually.BecomesTrueAsync(
        async () => !Hostnames.ById.Values.Any(entry => (string)entry["hostname"]! == domain) && await service.ClaimsAsync(domain) == 0,
        TimeSpan.FromSeconds(60),
        $"{domain} is taken away");
}
