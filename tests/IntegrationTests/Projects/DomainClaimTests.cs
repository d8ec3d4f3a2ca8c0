using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
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

        (await SendAsync(scope, new UseCustomDomainCommand(project, domain))).IsError.Should().BeFalse();

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
        await SendAsync(scope, new UseCustomDomainCommand(project, domain));
        await Node.ExecuteAsync("UPDATE public.project SET custom_domain = NULL WHERE id = $1", project);

        (await SendAsync(scope, new UseCustomDomainCommand(project, domain))).IsError.Should().BeFalse();

        (await Node.AskAsync<string>("SELECT custom_domain FROM public.project WHERE id = $1", project)).Should().Be(domain.Value);
    }

    private static async Task<ErrorOr<Success>> SendAsync(AsyncServiceScope scope, IRequest<ErrorOr<Success>> request) =>
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, TestContext.Current.CancellationToken);
}
