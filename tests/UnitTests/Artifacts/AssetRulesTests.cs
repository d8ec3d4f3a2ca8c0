using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.UnitTests.Artifacts;

public sealed class AssetRulesTests
{
    [Theory]
    [InlineData(".npmrc")]
    [InlineData("docs/.npmrc")]
    [InlineData("docs/.yarnrc.yml")]
    [InlineData("bunfig.toml")]
    [InlineData("docs/.env.production")]
    [InlineData(".env")]
    [InlineData(".envrc")]
    [InlineData(".dev.vars")]
    [InlineData(".dev.vars.staging/values")]
    public async Task Published_WhenAnAssetMayHoldASecret_IsRefused(string asset) =>
        (await FluentActions.Awaiting(() => PublishedAsync(asset)).Should().ThrowAsync<InvalidDataException>())
            .WithMessage($"'{asset}' must not be published*");

    [Theory]
    [InlineData("npmrc.html")]
    [InlineData(".npmrc/index.html")]
    [InlineData(".env.example")]
    [InlineData("docs/.dev.vars.example")]
    public async Task Published_WhenAnAssetIsOnlyCalledAlike_TakesIt(string asset) =>
        (await PublishedAsync(asset)).Should().ContainSingle();

    private static Task<List<UnpackedFile>> PublishedAsync(string asset) => AssetRules.PublishedAsync(
        [new UnpackedFile("assets/" + asset, "", 0)], "nowhere", new ArtifactLimits(), TestContext.Current.CancellationToken);
}
