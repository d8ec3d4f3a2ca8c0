using System.Reflection;
using Libra.Deploy.Domain.Common;
using NetArchTest.Rules;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>The domain decides and does nothing else: what it needs comes as an argument, what it did leaves as an event.</summary>
public sealed class DomainTests
{
    private static readonly string[] TheWorldOutside =
    [
        "System.IO", "System.Net.Http", "System.Net.Sockets", "System.Diagnostics.Process", "System.Environment", "System.Console",
        "System.TimeProvider", "System.Threading.Timer", "System.Threading.Thread", "System.Random",
    ];

    /// <summary>What a repository takes: no other way leads into the database.</summary>
    private static readonly List<Type> Aggregates =
        [.. Repositories().SelectMany(AddedTo).Distinct().OrderBy(type => type.Name, StringComparer.Ordinal)];

    [Fact]
    public void Domain_ReachesNothingOutside() => Rules.Refuse(Types.InAssembly(Layers.Domain), TheWorldOutside);

    [Fact]
    public void EveryRepository_TakesAnAggregate()
    {
        Repositories().Should().NotBeEmpty();
        Repositories().Where(repository => !AddedTo(repository).Any()).Should().BeEmpty("the other rules find aggregates by it");
    }

    [Fact]
    public void Aggregates_AreSealedAndMadeOnlyByTheirOwnVerbs()
    {
        Aggregates.Where(type => !type.IsSealed || type.GetConstructors().Length > 0)
            .Should().BeEmpty("a new one starts with a verb, not with a constructor");
    }

    [Fact]
    public void Aggregates_ChangeOnlyThroughTheirVerbs()
    {
        var open = from type in Aggregates
                   from property in type.GetProperties()
                   where property.SetMethod is { IsPublic: true }
                   select $"{type.Name}.{property.Name}";
        var setters = from type in Aggregates
                      from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                      where method.Name.StartsWith("Set", StringComparison.Ordinal) && !method.IsSpecialName
                      select $"{type.Name}.{method.Name}";

        open.Concat(setters).Should().BeEmpty();
    }

    [Fact]
    public void Events_AreSealedRecordsThatCarryNoAggregate()
    {
        var events = Layers.TypesOf(Layers.Domain)
            .Where(type => type is { IsInterface: false } && typeof(IDomainEvent).IsAssignableFrom(type)).ToList();

        events.Should().NotBeEmpty();
        events.Where(type => !type.IsSealed || !IsRecord(type) || type.GetProperties()
            .Any(property => Aggregates.Contains(property.PropertyType)))
            .Should().BeEmpty("an event is read later, perhaps elsewhere: it says what happened, with ids");
    }

    private static IEnumerable<Type> Repositories() => Layers.TypesOf(Layers.Domain)
        .Where(type => type.IsInterface && type.Name.EndsWith("Repository", StringComparison.Ordinal));

    private static IEnumerable<Type> AddedTo(Type repository) => repository.GetMethods()
        .Where(method => method.Name == "Add").Select(method => method.GetParameters()[0].ParameterType);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
