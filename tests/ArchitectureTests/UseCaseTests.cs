using System.Reflection;
using ErrorOr;
using FluentValidation;
using MediatR;

namespace Libra.Deploy.ArchitectureTests;

public sealed class UseCaseTests
{
    private static readonly Type[] Types = [.. Layers.TypesOf(Layers.Application)];
    private static readonly Type[] Handlers = [.. Types.Where(type => Closes(type, typeof(IRequestHandler<,>)))];
    private static readonly Type[] Listeners = [.. Types.Where(type => Closes(type, typeof(INotificationHandler<>)))];

    [Fact]
    public void Handlers_AreInternalSealedAndNamedForTheirRequest()
    {
        Handlers.Should().NotBeEmpty();
        foreach (var handler in Handlers)
        {
            var request = RequestOf(handler);
            (handler.IsNotPublic && handler.IsSealed).Should().BeTrue(handler.Name);
            request.Name.Should().MatchRegex("(Command|Query)$");
            handler.Name.Should().Be(UseCaseOf(request) + "Handler");
        }
    }

    [Fact]
    public void Requests_LieInTheFileOfTheirUseCaseAndHaveOneHandler()
    {
        var files = Repository.Files("src/Application", "*.cs").Select(file => Path.GetFileNameWithoutExtension(file.Path))
            .ToHashSet(StringComparer.Ordinal);

        Handlers.Select(RequestOf).Should().OnlyHaveUniqueItems();
        Handlers.Select(handler => UseCaseOf(RequestOf(handler))).Where(useCase => !files.Contains(useCase)).Should().BeEmpty();
    }

    [Fact]
    public void Requests_AreAnsweredWithErrorOr() =>
        Handlers.Where(handler => !Closes(ContractOf(handler).GetGenericArguments()[1], typeof(IErrorOr)))
            .Should().BeEmpty("a refusal is an outcome that callers must look at");

    [Fact]
    public void Handlers_NeverCallOtherHandlers()
    {
        Handlers.Should().NotBeEmpty();
        Listeners.Should().NotBeEmpty();
        Handlers.Concat(Listeners)
            .Where(handler => ParametersOf(handler).Any(type => type == typeof(IMediator) || Closes(type, typeof(IRequestHandler<,>))))
            .Should().BeEmpty("a use case that needs another one shares a class with it instead");
    }

    [Fact]
    public void NothingInTheApplication_SendsRequests()
    {
        // But a running deployment, which outlives any transaction: what it does to its domain are use cases, one of them in a transaction
        // of its journal.
        NetArchTest.Rules.Types.InAssembly(Layers.Application).That().ResideInNamespace("Libra.Deploy.Application")
            .And().DoNotHaveName("DependencyInjection").And().DoNotHaveName("DeploymentDomain")
            .ShouldNot().HaveDependencyOnAny("MediatR.IMediator", "MediatR.Mediator").GetResult().FailingTypeNames.Should().BeNullOrEmpty();
    }

    [Fact]
    public void Validators_AreInternalAndNamedForTheirRequest()
    {
        var validators = Types.Where(type => typeof(IValidator).IsAssignableFrom(type) && !type.IsAbstract).ToList();
        validators.Should().NotBeEmpty();
        validators.Should().OnlyContain(type => type.IsNotPublic);
        validators.Where(type => type.Name != UseCaseOf(type.BaseType!.GetGenericArguments()[0]) + "Validator").Should().BeEmpty();
    }

    private static Type ContractOf(Type handler) =>
        handler.GetInterfaces().First(
            contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>));

    private static Type RequestOf(Type handler) => ContractOf(handler).GetGenericArguments()[0];

    private static string UseCaseOf(Type request) =>
        request.Name.Replace("Command", string.Empty, StringComparison.Ordinal).Replace("Query", string.Empty, StringComparison.Ordinal);

    private static IEnumerable<Type> ParametersOf(Type type) =>
        from made in type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        from parameter in made.GetParameters()
        select parameter.ParameterType;

    private static bool Closes(Type type, Type contract) =>
        type.GetInterfaces().Append(type)
            .Any(candidate => candidate == contract || (candidate.IsGenericType && candidate.GetGenericTypeDefinition() == contract));
}
