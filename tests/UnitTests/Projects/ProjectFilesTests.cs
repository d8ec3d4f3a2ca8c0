using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.Projects;

namespace Libra.Deploy.UnitTests.Projects;

public sealed class ProjectFilesTests
{
    [Fact]
    public void AsHistory_OfFiles_IsTheWholeProject()
    {
        var kept = ProjectFiles.AsHistory(Body(("index.html", "page"), ("src/a.ts", "")), new SourceLimits());

        var history = HistoryDiffs.Parse(kept!, new SourceLimits()).Value;
        history.Files.Should().NotBeNull().And.Subject.Select(file => file.Path).Should().Equal("index.html", "src/a.ts");
        history.Diffs.Should().BeEmpty();
    }

    [Fact]
    public void AsHistory_OfManyFiles_GoesByTheOptionAndCountsNoneThatIsLeftOut()
    {
        var fields = Body([.. Enumerable.Range(0, 10_001).Select(number => ($"f{number}", "")), ("node_modules/x.js", "")]);

        ProjectFiles.AsHistory(fields, new SourceLimits { MaxFiles = 10_001 }).Should().NotBeNull();
        fields.Errors.Should().BeEmpty();
        ProjectFiles.AsHistory(fields, new SourceLimits { MaxFiles = 10_000 }).Should().BeNull();
        fields.Errors.Should().ContainSingle().Which.Description.Should().Contain("Source:MaxFiles");
    }

    private static FieldReader Body(params (string Path, string Content)[] files)
    {
        var list = new JsonArray([.. files.Select(
            file => (JsonNode)new JsonObject { ["path"] = file.Path, ["content"] = file.Content })]);
        return new FieldReader(JsonElement.Parse(new JsonObject { ["files"] = list }.ToJsonString()));
    }
}
