// Runs a file of `mmfer export` on the crop of a face: main MODEL.onnx FACE.png

#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <opencv2/imgcodecs.hpp>

#include "preparation.hpp"

namespace {

void run(const char* model, const char* face) {
    const cv::Mat image = cv::imread(face, cv::IMREAD_COLOR);
    if (image.empty()) throw std::runtime_error(std::string("There is no image at ") + face);

    Ort::Env env(ORT_LOGGING_LEVEL_WARNING, "mmfer");
    Ort::Session session(env, model, Ort::SessionOptions{});  // on Windows, a path of wchar_t
    Ort::AllocatorWithDefaultOptions allocator;
    const Ort::ModelMetadata metadata = session.GetModelMetadata();
    const auto text = [&](const char* name) {
        const auto found = metadata.LookupCustomMetadataMapAllocated(name, allocator);
        if (!found) throw std::runtime_error("The file was not written by \"mmfer export\".");
        return std::string(found.get());
    };

    mmfer::Input input = mmfer::network_input(text("preprocessing"), image);
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const Ort::Value images =
        Ort::Value::CreateTensor<float>(memory, input.values.data(), input.values.size(),
                                        input.shape.data(), input.shape.size());
    const char* inputs[] = {"images"};
    const char* outputs[] = {"scores"};
    const auto found = session.Run(Ort::RunOptions{nullptr}, inputs, &images, 1, outputs, 1);
    const float* scores = found[0].GetTensorData<float>();
    const size_t count = found[0].GetTensorTypeAndShapeInfo().GetElementCount();

    const auto shares =
        mmfer::confidences(text("calibration"), std::vector<double>(scores, scores + count));
    const cv::FileStorage classes = mmfer::read_json(text("classes"));
    const std::vector<std::string> unknown = mmfer::names(text("unknown_attributes"));
    for (size_t i = 0; i < count; ++i) {
        const auto name = static_cast<std::string>(classes["value"][static_cast<int>(i)]);
        // The model never learnt these attributes of its data set.
        if (std::find(unknown.begin(), unknown.end(), name) != unknown.end()) continue;
        std::printf("%-12s %5.1f %%\n", name.c_str(), 100 * shares[i]);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: %s MODEL.onnx FACE.png\n", arguments[0]);
        return 2;
    }
    try {
        run(arguments[1], arguments[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "Error: %s\n", error.what());
        return 1;
    }
    return 0;
}
