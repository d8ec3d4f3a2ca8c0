using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Once the target serves a version, no trouble of our own makes a failure of it.</summary>
public sealed class PublishedVersionTests(TestPostgres server) : OneNode(server)
{
    [Theory]
    [InlineData(null, "deploy.deployments", "NEW.status = 'completed'")]
    [InlineData("shop.example.org", "public.project", "NEW.custom_domain IS NOT NULL")]
    public async Task WhatFollowsTheProof_WhenItCannotBeSavedInTheLastAttempt_IsDoneByWhoeverClaimsItNext(string? domain, string table, string broken)
    {
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Live);
        var id = await Node.AcceptAsync(customDomain: domain);
        await Node.ExecuteAsync("UPDATE deploy.deployments SET settings_max_attempts = 1 WHERE id = $1", id.Value);
        await Node.ExecuteAsync(
            """
            CREATE FUNCTION deploy.break_off() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'connection lost' USING ERRCODE = 'connection_failure'; END $$
            """);
        await Node.ExecuteAsync(
            $"CREATE TRIGGER break_off BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({broken}) EXECUTE FUNCTION deploy.break_off()");

        await FluentActions.Awaiting(() => Node.RunAsync(id)).Should().ThrowAsync<Exception>("the queue runs it again later");

        (await Node.ViewAsync(id)).Status.IsTerminal().Should().BeFalse();
        await Node.ExecuteAsync("DROP TRIGGER break_off ON " + table);
        Node.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        (await Node.ViewAsync(id)).Attempt.Should().Be(1);
    }
}
