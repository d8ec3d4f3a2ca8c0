using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Projects;
using Libra.Deploy.IntegrationTests.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Projects;

/// <summary>A deployment reserves its domain before it publishes and uses it after that, which may be minutes later.</summary>
public sealed class DomainClaimTests(TestPostgres server) : OneNode(server)
{
    [Fact]
    public async Task Use_WhenTheReservationLapsedAndWasReleasedMeanwhile_TakesItBack()
    {
        var project = (await Node.ViewAsync(await Node.AcceptAsync())).ProjectId;
        var domain = CustomDomain.FromStorage("shop.example.com");
        await using var scope = Node.Scope(); // as a worker keeps it from step to step
        (await SendAsync(scope, new ReserveCustomDomainCommand(project, domain))).IsError.Should().BeFalse();
        await Node.ExecuteAsync("UPDATE deploy.custom_domains SET released_at = now(), next_check_at = now()");

        (await PipelineNode.SaveAsync(scope, new UseCustomDomainCommand(project, domain))).IsError.Should().BeFalse();

        (await Node.AskAsync<bool>("SELECT released_at IS NULL FROM deploy.custom_domains")).Should().BeTrue(
            "the domain is the project's, and must not be taken away at the target");
    }

    [Fact]
    public async Task Use_WhenTheProjectGaveItsDomainUpMeanwhile_SeesThat()
    {
        var project = (await Node.ViewAsync(await Node.AcceptAsync())).ProjectId;
        var domain = CustomDomain.FromStorage("shop.example.com");
        await using var scope = Node.Scope();
        await SendAsync(scope, new ReserveCustomDomainCommand(project, domain));
        await PipelineNode.SaveAsync(scope, new UseCustomDomainCommand(project, domain));
        await Node.ExecuteAsync("UPDATE public.project SET custom_domain = NULL WHERE id = $1", project);

        (await PipelineNode.SaveAsync(scope, new UseCustomDomainCommand(project, domain))).IsError.Should().BeFalse();

        (await Node.AskAsync<string>("SELECT custom_domain FROM public.project WHERE id = $1", project)).Should().Be(domain.Value);
    }

    [Fact]
    public async Task TakeDue_HoweverTheDatabaseJoins_TakesOne()
    {
        // Leaves no plan but loops within loops, which may come of old statistics, too.
        string[] others = ["hashjoin", "mergejoin", "hashagg", "sort", "material"];
        var options = string.Concat(others.Select(plan => $" -c enable_{plan}=off"));
        await using var database = new LibraDbContext(
            PersistenceRegistration.Configure(new DbContextOptionsBuilder<LibraDbContext>(), $"{Database};Options={options}").Options);
        var claims = new DomainClaimRepository(database);
        foreach (var name in (string[])["a", "b", "c"])
        {
            var claim = DomainClaim.Stake(CustomDomain.FromStorage($"{name}.example.com"), name, hostnameId: null, Start, Start);
            claim.TakeIntoUse(Start, next: Start);
            claims.Add(claim);
        }

        await database.SaveChangesAsync(TestContext.Current.CancellationToken);

        var taken = await claims.TakeDueAsync(
            projectId: null, dueBy: Start, askedBefore: Start, until: Start.AddMinutes(1), TestContext.Current.CancellationToken);

        taken.Should().NotBeNull();
        (await Node.AskAsync<long>("SELECT count(*) FROM deploy.custom_domains WHERE next_check_at <= $1", Start)).Should().Be(2);
    }

    private static async Task<ErrorOr<T>> SendAsync<T>(AsyncServiceScope scope, IRequest<ErrorOr<T>> request) =>
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, TestContext.Current.CancellationToken);
}
